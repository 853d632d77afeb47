import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * How two windows know that both may read the folder, before either believes the other: an abstract socket or a
 * pipe has no owner, so anybody may listen or connect. The secret itself never crosses the socket.
 *
 *   follower                                     keeper
 *   hello {nonce F} ───────────────────────────▶
 *                   ◀─────────────────────────── {nonce K, proof "keeper" over F and K}
 *   authenticate {proof "follower" over F and K,
 *                 protocol, version, pid} ──────▶
 *                   ◀─────────────────────────── {accepted, protocol, version, pid}
 *
 * A follower of another protocol is not accepted; its connection stays open, so that it sees the keeper go.
 */
export function newNonce(): string {
  return randomBytes(32).toString('hex');
}

export function proofOf(role: 'keeper' | 'follower', secret: string, f: string, k: string): string {
  return createHmac('sha256', secret).update(`tidemark\n${role}\n${f}\n${k}`).digest('hex');
}

/** In a time that says nothing about where they differ. */
export function equalProofs(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

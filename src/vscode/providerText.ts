import * as vscode from 'vscode';
import type { ProviderUsage } from '../distill/usage';
import type { StoreStatus } from '../keeper/client';

/** Who distils and who pays. */
export function providerText({ provider, model }: Pick<StoreStatus, 'provider' | 'model'>): string {
  switch (provider) {
    case 'builtin':
      return vscode.l10n.t('Built-in rules distil: on this machine, at no cost');
    case 'anthropic':
      return vscode.l10n.t('Anthropic ({0}) distils: you pay with your API key', model || '–');
    case 'vscode':
      return vscode.l10n.t('{0} distils through VS Code: it counts against your plan', model || '–');
    default:
      return vscode.l10n.t('{0} distils', provider);
  }
}

/** Today's tokens and cost against the budget; undefined where nothing was sent today. */
export function usageText(
  { today, pricesAsOf }: Pick<StoreStatus, 'today' | 'pricesAsOf'>,
  budgetUsd: number | undefined,
): string | undefined {
  if (today.requests === 0) return undefined;
  const tokens = vscode.l10n.t(
    'Today: {0} tokens in, {1} out; observations: {2}',
    today.inputTokens.toLocaleString(),
    today.outputTokens.toLocaleString(),
    today.observations,
  );
  const spent = `$${today.costUsd.toFixed(today.costUsd < 0.1 ? 4 : 2)}`;
  const budget = budgetUsd === undefined ? spent : vscode.l10n.t('{0} of ${1}', spent, budgetUsd.toFixed(2));
  const each = today.observations > 0 ? ` · ${perObservation(today)}` : '';
  return `${tokens} · ${budget}${each} (${vscode.l10n.t('prices of {0}', pricesAsOf)})`;
}

/** What a session's memory came to, a line a model; empty where nothing was paid for. */
export function sessionUsageLines(usage: readonly ProviderUsage[], pricesAsOf: string): string[] {
  return usage.map(({ provider, model, inputTokens, outputTokens, costUsd, observations }) => {
    const tokens = vscode.l10n.t(
      '{0} ({1}): {2} tokens in, {3} out; {4}',
      ...[provider, model, inputTokens.toLocaleString(), outputTokens.toLocaleString(), dollars(costUsd)],
    );
    const each =
      observations > 0 ? ` · ${perObservation({ inputTokens, outputTokens, costUsd, observations })}` : '';
    return `${tokens}${each} (${vscode.l10n.t('prices of {0}', pricesAsOf)})`;
  });
}

/** The average of what was paid for observations, whatever their size. */
export function perObservation(
  usage: Pick<ProviderUsage, 'inputTokens' | 'outputTokens' | 'costUsd' | 'observations'>,
): string {
  const each = (sum: number) => Math.round(sum / usage.observations).toLocaleString();
  const cost = dollars(usage.costUsd / usage.observations);
  return vscode.l10n.t(
    'an observation {0} tokens in, {1} out, {2} on average',
    ...[each(usage.inputTokens), each(usage.outputTokens), cost],
  );
}

/** Small sums keep two telling digits. */
function dollars(usd: number): string {
  if (usd >= 0.1) return `$${usd.toFixed(2)}`;
  return usd === 0
    ? '$0'
    : `$${Number(usd.toPrecision(2)).toFixed(Math.min(6, 1 - Math.floor(Math.log10(usd))))}`;
}

/** Why the provider rests, in the person's language. */
export function restText({ reason, retryAt }: NonNullable<StoreStatus['providerPause']>): string {
  const when = retryAt === undefined ? '' : new Date(retryAt).toLocaleTimeString();
  switch (reason) {
    case 'budget':
      return vscode.l10n.t('Today’s budget is used up: distilling goes on tomorrow');
    case 'auth':
      return vscode.l10n.t('The provider needs you: its key, model or permission is missing or refused');
    case 'quota':
      return vscode.l10n.t('The account or plan allows no more at present; tried again at {0}', when);
    case 'overloaded':
      return vscode.l10n.t('The provider is busy; tried again at {0}', when);
    case 'network':
      return vscode.l10n.t('The provider can’t be reached; tried again at {0}', when);
  }
}

import type { Batch, Distillation, DistillProvider, Gather } from './provider';
import type { UsageLedger } from './usage';

/** Stands for the provider that was chosen last. Another choice is heeded at the next batch. */
export class ProviderSwitch implements DistillProvider {
  constructor(private current: DistillProvider) {}

  use(provider: DistillProvider): void {
    this.current = provider;
  }

  get id(): string {
    return this.current.id;
  }

  get batchSize(): number {
    return this.current.batchSize;
  }

  get repeatable(): boolean {
    return this.current.repeatable;
  }

  get gather(): Gather | undefined {
    return this.current.gather;
  }

  get model(): string | undefined {
    return this.current.model;
  }

  async distill(batch: Batch, signal: AbortSignal, ledger?: UsageLedger): Promise<Distillation> {
    // The one that works on it, though another may be chosen meanwhile.
    const provider = this.current;
    return { provider: provider.id, ...(await provider.distill(batch, signal, ledger)) };
  }
}

import * as vscode from 'vscode';

const memory = (destination: string) => `tidemark.allowed:${destination}`;

/** What a person has allowed to be sent where. Asked once for each place, and only when the person acts. */
export class Consent {
  constructor(private readonly memento: vscode.Memento) {}

  /** @param destination a place: another address is another question. */
  has(destination: string): boolean {
    return this.memento.get<boolean>(memory(destination)) === true;
  }

  /** True when it is allowed, now or before. */
  async ask(destination: string, who: string, payer: string): Promise<boolean> {
    if (this.has(destination)) return true;
    const allow = vscode.l10n.t('Allow');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Let {0} turn what agents do into memory?', who),
      {
        modal: true,
        detail: [
          vscode.l10n.t(
            'Sent to {0}: your prompts, commands with their output, changed lines of code and the agents’ answers, each cut short. Private parts and recognised secrets are taken out before. “Tidemark: Show What Would Be Sent” shows the exact text.',
            who,
          ),
          payer,
          vscode.l10n.t(
            'You can go back to the built-in rules at any time with the setting “tidemark.provider”.',
          ),
        ].join('\n\n'),
      },
      allow,
    );
    if (answer !== allow) return false;
    await this.memento.update(memory(destination), true);
    return true;
  }

  async withdraw(destination: string): Promise<void> {
    await this.memento.update(memory(destination), undefined);
  }
}

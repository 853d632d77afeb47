/** The machine lacks something that a person has to provide. `advice` is the one command or step that helps. */
export class MissingPrerequisite extends Error {
  constructor(
    message: string,
    readonly advice: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'MissingPrerequisite';
  }
}

/** The host could not be started or went away; the message ends with what it printed last. */
export class HostFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HostFailure';
  }
}

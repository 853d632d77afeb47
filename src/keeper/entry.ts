/** What the extension loads once it is active: a bundle of its own, so that activation loads none of it. */
export { systemClock } from '../base/clock';
export { createBuiltinProvider } from '../distill/providers/builtin/builtinProvider';
export { ModelProvider } from '../distill/providers/model/modelProvider';
export { ProviderSwitch } from '../distill/providerSwitch';
export { installLauncher } from './launcher';
export { Supervisor } from './supervisor';

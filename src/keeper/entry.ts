/** What the extension loads once it is active: a bundle of its own, so that activation loads none of it. */
import * as apiRequests from './apiRequests';

export { apiRequests };
export { systemClock } from '../base/clock';
export { createBuiltinProvider } from '../distill/providers/builtin/builtinProvider';
export { installLauncher } from './launcher';
export { Supervisor } from './supervisor';

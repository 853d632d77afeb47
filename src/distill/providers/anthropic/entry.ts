/** A bundle of its own, so that the SDK is loaded only where a key is used. */
export { createAnthropicModel } from './anthropicModel';

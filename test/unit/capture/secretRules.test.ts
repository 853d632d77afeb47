import assert from 'node:assert/strict';
import { isGone, secretTexts, type Corpus } from '../../../bench/secrets/corpus';
import { alarmsIn, lookalikes } from '../../../bench/secrets/lookalikes';
import { secretlintPatterns } from '../../../bench/secrets/secretlintPatterns';
import { redact } from '../../../src/capture/redaction';
import { scrub } from '../../../src/capture/scrub';
import { tokenForms } from '../../../src/capture/secretTokenForms';

/** All texts are made by chance when this runs, the same at every run; `npm run bench:secrets` has more of them. */
describe('the rules for secrets', () => {
  for (const corpus of ['tokens', 'services', 'named', 'structures', 'secretlint'] satisfies Corpus[]) {
    it(`find more than 97 % of ${corpus}`, () => {
      const texts = secretTexts(corpus, 'unit', 4);
      const missed = texts.filter((text) => !isGone(text, redact(text.text).text));
      const share = missed.length / texts.length;
      assert.ok(texts.length > 0 && share < 0.03, missed.map(({ rule }) => rule).join(', '));
    });
  }

  it('have patterns of another rule set to be measured by', () => {
    assert.ok(secretlintPatterns().length >= 8);
  });

  it('leave hashes, ids, images and lock files alone', () => {
    for (const [kind, text] of Object.entries(lookalikes('unit', 700))) {
      assert.deepEqual(alarmsIn(text, redact).alarms, [], kind);
    }
  });

  it('leave what merely begins like a token alone', () => {
    for (const text of [
      'the login and password form, login with password reset',
      'the path, patterns, pat.length and sat.x',
      'SKIP_TESTS=1 SKU 1234 TASKS',
      'key-value-store-of-the-new-window-manager',
      'live_reload_of_the_development_server_is_on = true',
      'this.s.aLongMethodNameOfTheThing()',
      's.toolkitVersionOfTheWindow',
      'hf_' + 'a'.repeat(34),
      'github_pat_… and npm_config_registry, npm_package_version',
      'https://example.org/sl.js?sig=abc',
      'test_' + 'it_does_what_it_says_for_every_value_here',
    ]) {
      assert.deepEqual(redact(text), { text, found: {} });
    }
  });

  it('go through what a file was before, and through what is set aside', () => {
    const { text, secret } = secretTexts('tokens', 'original', 1)[0]!;
    const payload = { tool_response: { filePath: '/x', originalFile: text, oldString: text } };
    assert.ok(!JSON.stringify(scrub(payload).value).includes(secret.slice(8)));
  });

  it('take linear time on texts made of the starts of tokens', () => {
    const starts = tokenForms.flatMap((form) => form.starts);
    const slow = [
      ...starts,
      'heroku',
      'twitter_',
      'login ',
      'curl -u a',
      'eyJa-',
      'kind: Secret\ndata:\n',
    ].filter((piece) => {
      const text = piece.repeat(Math.ceil(64_000 / piece.length));
      const started = performance.now();
      redact(text);
      return performance.now() - started > 1_500;
    });
    assert.deepEqual(slow, []);
  }).timeout(60_000);
});

/**
 * What tokens look like that are known by how they begin: facts about the issuers' formats, kept by hand. They were
 * compared on 2026-11-20 with the rules of gitleaks (config/gitleaks.toml at minVersion 8.25.0) and secretlint
 * 10.2.2 (preset recommend), whose tokens are all here, and completed from the issuers' own documentation. Left out
 * is what is made to be public: publishable and validation keys. `bench/secrets.ts` measures what is found.
 */
export interface TokenForm {
  /** Names the kind in `[redacted:<id>]`. */
  readonly id: string;
  /** How one begins; the cheap part, which is looked for first. */
  readonly starts: readonly string[];
  /** Source of a pattern for the rest. Every repetition is of one class and bounded. */
  readonly body: string;
  /** Found inside a longer word, too: the start is as good as never chance. */
  readonly anywhere?: true;
  /** Characters in front of `starts` that belong to the token; `body` is then the form of the whole. */
  readonly before?: number;
  /** Least entropy of the rest, bits a character: where words and placeholders would fit, too. */
  readonly entropy?: number;
}

const alnum = '[A-Za-z0-9]';
const word = '[A-Za-z0-9_-]';
const base64 = '[A-Za-z0-9+/]';
const hex = '[A-Fa-f0-9]';
const uuid = `${hex}{8}-${hex}{4}-${hex}{4}-${hex}{4}-${hex}{12}`;

const anywhere: Partial<TokenForm> = { anywhere: true };

function form(id: string, starts: string, body: string, more: Partial<TokenForm> = {}): TokenForm {
  return { id, starts: starts.split(' '), body, ...more };
}

export const tokenForms: readonly TokenForm[] = [
  // Clouds and hosting
  form('aws-access-key-id', 'AKIA ASIA ABIA ACCA AGPA AIDA AROA AIPA ANPA ANVA', '[A-Z0-9]{16}'),
  form('aws-access-key-id', 'A3T', '[A-Z0-9]{17}', { entropy: 3 }),
  form('aws-bedrock-key', 'ABSK', `${base64}{100,300}={0,2}`, { entropy: 3 }),
  form('aws-bedrock-key', 'bedrock-api-key-', `${base64}{20,4000}={0,2}`),
  form('aws-mws-key', 'amzn.mws.', uuid),
  form('azure-client-secret', 'Q~', `[A-Za-z0-9_~.]{3}\\dQ~[A-Za-z0-9_~.-]{31,34}`, {
    ...anywhere,
    before: 4,
    entropy: 3,
  }),
  form('azure-key', 'AccountKey= SharedAccessKey=', `${base64}{40,120}={0,2}`),
  form('azure-signature', 'sig=', '[A-Za-z0-9%+/]{40,100}(?:%3[Dd]|=)'),
  form('google-api-key', 'AIza', `${word}{35}`, anywhere),
  form('google-oauth-secret', 'GOCSPX-', `${word}{28}`),
  form('google-oauth-token', 'ya29.', `${word}{20,1000}`),
  form('firebase-key', ':APA91b', `${word}{120,200}`, anywhere),
  form('alibaba-access-key', 'LTAI', `${alnum}{16,24}`, { entropy: 2.5 }),
  form('digitalocean-token', 'doo_v1_ dop_v1_ dor_v1_', `${hex}{64}`),
  form('cloudflare-origin-key', 'v1.0-', `${hex}{24}-${hex}{146}`),
  form('heroku-key', 'HRKU-', `${word}{36,80}`, { entropy: 3 }),
  form('flyio-token', 'fo1_', `${word}{43}`),
  form('flyio-token', 'fm1a_ fm1r_ fm2_', `${base64}{100,4000}={0,3}`),
  form('scalingo-token', 'tk-us-', `${word}{48}`, { entropy: 3 }),
  form('netlify-token', 'nfp_ nfc_ nfo_ nfb_', `${alnum}{36,60}`),
  form('tailscale-key', 'tskey-', '(?:auth|api|client|scim|webhook)-[A-Za-z0-9-]{10,100}'),
  form('openshift-token', 'sha256~', `${word}{43}`),
  form('yandex-key', 'AQVN', `${word}{35,38}`, { entropy: 3 }),
  form('yandex-token', 't1.', `${word}{10,1000}={0,2}\\.${word}{86}={0,2}`),
  form('pulumi-token', 'pul-', `${hex}{40}`),
  form('terraform-token', '.atlasv1.', `${alnum}{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60,70}`, {
    ...anywhere,
    before: 14,
  }),
  form('vault-token', 'hvs. hvb. hvr.', `${word}{24,400}`, { entropy: 3 }),
  form('vault-token', 's.', `(?=[A-Za-z]{0,23}\\d)(?=[A-Za-z0-9]{0,24}[A-Z])${alnum}{24}`, { entropy: 3.5 }),
  form('infracost-key', 'ico-', `${alnum}{32}`, { entropy: 3 }),

  // Code, packages, builds
  form('github-token', 'ghp_ gho_ ghu_ ghs_ ghr_', `[A-Za-z0-9_]{30,255}`, anywhere),
  form('github-token', 'github_pat_', `[A-Za-z0-9_]{22,255}`, anywhere),
  form(
    'gitlab-token',
    'glpat- gldt- glft- glffct- glsoat- glrt- glrtr- glimt- glagent- gloas- glptt- glwt- GR1348941',
    `[A-Za-z0-9_.-]{19,300}${word}`,
    anywhere,
  ),
  form('gitlab-token', 'glcbt-', `${alnum}{1,5}_${word}{20}`),
  form('gitlab-session', 'gitlab_session=', `${alnum}{32}`),
  form('bitbucket-token', 'ATBB', `${alnum}{32}`, { entropy: 3 }),
  form('atlassian-token', 'ATATT3 ATCTT3', '[A-Za-z0-9_=-]{60,400}'),
  form('npm-token', 'npm_', `[A-Za-z0-9_]{36}`),
  form('pypi-token', 'pypi-AgE', `${word}{50,1000}`),
  form('rubygems-key', 'rubygems_', `${hex}{48}`),
  form('clojars-token', 'CLOJARS_ clojars_', `${alnum}{60}`),
  form('docker-token', 'dckr_pat_ dckr_oat_', `${word}{27,60}`),
  form('artifactory-key', 'AKCp', `${alnum}{69,73}`),
  form('artifactory-token', 'cmVmd', `${alnum}{59}`, { entropy: 3.5 }),
  form('buildkite-token', 'bkua_', `${hex}{40}`),
  form('circleci-token', 'CCIPAT_ CCIPRJ_', `${alnum}{10,30}_${hex}{40}`),
  form('octopus-key', 'API-', '[A-Z0-9]{26}', { entropy: 3 }),
  form('prefect-token', 'pnu_', `${alnum}{36}`),
  form('harness-key', 'pat. sat.', `${word}{22}\\.${alnum}{24}\\.${alnum}{20}`),
  form('sonar-token', 'squ_ sqp_ sqa_', `${alnum}{40}`),
  form('sourcegraph-token', 'sgp_', `(?:(?:${hex}{16}|local)_)?${hex}{40}`),
  form('snyk-token', 'snyk_', `${alnum}{20,100}`, { entropy: 3.5 }),
  form('codeclimate-token', 'cccov_', `${alnum}{30,60}`, { entropy: 3 }),

  // Models
  form('sk-key', 'sk-ant- sk-proj- sk-or- sk-svcacct- sk-admin- sk-None- sk-lf-', `${word}{16,250}`),
  form('sk-key', 'sk-', `${alnum}{20,250}`),
  form('elevenlabs-key', 'sk_', `${hex}{48}`),
  form('huggingface-token', 'hf_', `${alnum}{34}`, { entropy: 2 }),
  form('huggingface-token', 'api_org_', `${alnum}{34}`, { entropy: 2 }),
  form('perplexity-key', 'pplx-', `${alnum}{48}`),
  form('groq-key', 'gsk_', `${alnum}{52}`),
  form('xai-key', 'xai-', `${alnum}{60,100}`),
  form('replicate-token', 'r8_', `${alnum}{37}`),
  form('pinecone-key', 'pcsk_', `[A-Za-z0-9_]{40,100}`),
  form('langsmith-key', 'lsv2_pt_ lsv2_sk_', `${hex}{32}_${hex}{10}`),

  // Messages, mail, people
  form(
    'slack-token',
    'xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs- xoxe.xoxb- xoxe.xoxp- xoxc- xoxd- xapp-',
    '[A-Za-z0-9-]{9,1000}[A-Za-z0-9]',
    anywhere,
  ),
  form('telegram-token', ':A', `(?<=(?<![A-Za-z0-9])\\d{5,16}):A${word}{34}`, {
    ...anywhere,
    before: 0,
    entropy: 3.5,
  }),
  form('sendgrid-key', 'SG.', `${word}{3,128}\\.${word}{12,256}|[A-Za-z0-9_=.-]{66}`, { entropy: 3 }),
  form('sendinblue-key', 'xkeysib- xsmtpsib-', `${hex}{64}-${alnum}{16}`),
  form('twilio-key', 'SK', `${hex}{32}`, { entropy: 3 }),
  form('mailgun-key', 'key-', `${hex}{32}`, { entropy: 3 }),
  form('teams-webhook', '.webhook.office.com/webhookb2/', '[A-Za-z0-9@/-]{60,300}', anywhere),
  form(
    'discord-webhook',
    'discord.com/api/webhooks/ discordapp.com/api/webhooks/',
    `\\d{15,22}/${word}{50,100}`,
  ),
  form('facebook-token', 'EAAM EAAC EAAG EAAB', `${alnum}{90,500}`, { entropy: 3.5 }),
  form('typeform-token', 'tfp_', '[A-Za-z0-9_.=-]{59}'),
  form('linear-key', 'lin_api_ lin_oauth_', `[A-Za-z0-9_]{32,128}`),
  form('notion-token', 'ntn_', `${alnum}{40,60}`),
  form('notion-token', 'secret_', `${alnum}{43}`, { entropy: 3.5 }),
  form('airtable-token', 'pat', `${alnum}{14}\\.${hex}{64}`),
  form('dropbox-token', 'sl.', '[A-Za-z0-9_=.-]{100,2000}', { entropy: 4 }),
  form('figma-token', 'figd_', `${word}{40,60}`),
  form('frameio-token', 'fio-u-', '[A-Za-z0-9_=-]{64}'),
  form('intra42-secret', 's-s4t2ud- s-s4t2af-', `${hex}{64}`),
  form('readme-key', 'rdme_', `${alnum}{70}`),
  form('contentful-token', 'CFPAT-', `${word}{43}`),
  form('adobe-secret', 'p8e-', `${alnum}{32}`, { entropy: 2.5 }),

  // Money and shops
  form('stripe-key', 'sk_live_ rk_live_ sk_test_ rk_test_ sk_prod_ rk_prod_', `${alnum}{10,250}`, anywhere),
  form('stripe-key', 'whsec_', `[A-Za-z0-9+/=]{24,100}`),
  form('square-token', 'EAAA', `${word}{56,64}`, { entropy: 3.5 }),
  form('square-token', 'sq0atp- sq0csp-', `${word}{22,60}`),
  form('shopify-token', 'shpat_ shpca_ shppa_ shpss_ shpua_', `${alnum}{32,64}`),
  form('shippo-token', 'shippo_live_ shippo_test_', `${hex}{40}`),
  form('easypost-key', 'EZAK EZTK', `${alnum}{54}`),
  form('duffel-token', 'duffel_test_ duffel_live_', '[A-Za-z0-9_=-]{43}'),
  form('flutterwave-key', 'FLWSECK_TEST- FLWSECK-', `[A-Za-z0-9]{32}-X|[A-Za-z0-9]{12}`),
  form('lob-key', 'live_ test_', `${hex}{35}`, { entropy: 3 }),
  form('gocardless-token', 'live_', '[A-Za-z0-9_=-]{40}', { entropy: 4 }),
  form('plaid-token', 'access-sandbox- access-development- access-production-', uuid),
  form('braintree-token', 'access_token$production$ access_token$sandbox$', `${alnum}{16}\\$${hex}{32}`),
  form('settlemint-token', 'sm_aat_ sm_pat_ sm_sat_', `${alnum}{16}`),

  // Data and watching
  form('databricks-token', 'dapi', `${hex}{32}(?:-\\d)?`, { entropy: 2.5 }),
  form('planetscale-token', 'pscale_tkn_ pscale_oauth_ pscale_pw_', '[A-Za-z0-9_=.-]{32,64}'),
  form('supabase-key', 'sbp_', `${hex}{40}`),
  form('supabase-key', 'sb_secret_', `${word}{20,60}`),
  form('clickhouse-key', '4b1d', `${alnum}{38}`, { entropy: 3 }),
  form('grafana-key', 'eyJrIjoi', `${alnum}{70,400}={0,3}`),
  form('grafana-key', 'glc_', `${base64}{32,400}={0,3}`, { entropy: 3 }),
  form('grafana-key', 'glsa_', `${alnum}{32}_${hex}{8}`),
  form('sentry-token', 'sntrys_eyJ', `${base64}{20,500}={0,2}_${base64}{43}`),
  form('sentry-token', 'sntryu_', `${hex}{64}`),
  form('newrelic-key', 'NRJS- NRII- NRAK-', '[A-Za-z0-9-]{19,32}'),
  form('dynatrace-token', 'dt0c01. dt0s01. dt0s02. dt0s16.', `${alnum}{8,24}\\.${alnum}{64}`),
  form('doppler-token', 'dp.pt. dp.st. dp.sa. dp.ct. dp.scim. dp.audit.', '[A-Za-z0-9._-]{40,60}'),
  form('postman-key', 'PMAK-', `${hex}{24}-${hex}{34}`),
  form('posthog-key', 'phx_', `${alnum}{43}`),
  form('maxmind-key', '_mmk', `${alnum}{6}_${alnum}{29}_mmk`, { ...anywhere, before: 36 }),
  form('definednet-key', 'dnkey-', '[A-Za-z0-9_=-]{26}-[A-Za-z0-9_=-]{52}'),
  form('mapbox-token', 'pk.eyJ sk.eyJ tk.eyJ', `${word}{20,200}\\.${word}{20,43}`),

  // Identity and keys
  form('1password-key', 'A3-', '[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}'),
  form('1password-token', 'ops_ey', '[A-Za-z0-9+/=]{100,4000}'),
  form('age-key', 'AGE-SECRET-KEY-1', '[A-Z0-9]{58}'),
  form(
    'authress-key',
    'sc_ ext_ scauth_ authress_',
    '[A-Za-z0-9]{5,30}\\.[A-Za-z0-9]{4,6}\\.acc[_-][A-Za-z0-9-]{10,32}\\.[A-Za-z0-9+/_=-]{30,120}',
  ),
  form('jwt', 'ZXlK', '[A-Za-z0-9+/_-]{60,8000}={0,2}', { entropy: 4 }),
];

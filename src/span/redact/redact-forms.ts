import { eachMatch, type Finder } from './redact-rules.ts'

// A kind and the form of its keys, one a line. Each stands at a boundary; `!` asks for a part that looks random, where
// words could have the same form. Forms that can fail after a run of any length say which boundary enters it once.
const FORMS: string = String.raw`
anthropic-key sk-ant-[\w-]{16,}
openrouter-key !sk-or-[\w-]{20,}
langfuse-key sk-lf-[0-9a-f-]{30,}
openai-key !(?<!-)(?:sk-[\w-]{20,}|sess-\w{32,})
openai-key ek_[0-9a-f]{32,}
aws-key A(?:KI|SI|BI|CC)A[A-Z0-9]{16}(?![A-Za-z0-9])
aws-key ABSK[A-Za-z0-9+/]{60,}={0,2}
aws-key bedrock-api-key-[A-Za-z0-9+/=]{40,}
aws-token (?<![+/])(?:IQoJb3JpZ2lu|FwoGZXIvYXdz)[A-Za-z0-9+/=]{60,}
github-token !gh[pousr]_\w{20,}(?:\.[\w-]{10,}){0,2}
github-token github_pat_\w{22,}
gitlab-token gl(?:pat|dt|rt|rtr|cbt|ptt|ft|soat|imt|agent|oas|ffct|wt)-[\w.-]{20,}
gitlab-token GR1348941[\w-]{20,}
slack-token !(?:xox[abceoprsd]|xapp)-[\w-]{10,}
slack-webhook hooks\.slack\.com/(?:services|workflows|triggers)/[\w/-]{20,}
discord-token (?<![\w-])[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,45}(?![\w-])
discord-webhook discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d{15,21}/[\w-]{40,}
teams-webhook webhook\.office\.com/webhookb2/[\w@/-]{36,}
zapier-webhook hooks\.zapier\.com/hooks/catch/\d+/\w+
telegram-token (?:bot)?\d{8,10}:AA[\w-]{33}(?![\w-])
google-key AIza[\w-]{35}(?![\w-])
google-key AQ\.Ab[\w-]{40,}
google-token ya29\.[\w.-]{20,}
google-secret GOCSPX-[\w-]{24,}
google-token 1//0[\w-]{40,}
firebase-key (?<![+/])AAAA[\w-]{7}:[\w-]{120,}
azure-key [A-Za-z0-9]{52}JQQJ9[A-Za-z0-9]{18,40}
azure-secret [\w~.-]{3}[78]Q~[\w~.-]{31,37}
stripe-key [sr]k_(?:org_)?(?:live|test)_[A-Za-z0-9]{16,}
stripe-key whsec_[A-Za-z0-9+/=]{24,}
square-token sq0(?:atp|csp|idp)-[\w-]{22,}
square-token EAAA[lE][\w-]{55,}
shopify-token shp(?:at|ca|pa|ss|tka)_[0-9a-fA-F]{32}
plaid-token access-(?:sandbox|development|production)-[0-9a-f-]{36}
paypal-token access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}
databricks-token dapi[0-9a-f]{32}(?:-\d{1,2})?(?!\w)
hugging-face-token (?:hf_|api_org_)[A-Za-z0-9]{30,}
npm-token npm_[A-Za-z0-9]{36}(?!\w)
pypi-token pypi-AgE[\w-]{40,}
rubygems-key rubygems_[0-9a-f]{40,}
crates-token (?<![+/])cio[A-Za-z0-9]{32}(?![A-Za-z0-9+/])
nuget-key (?<![+/])oy2[a-z0-9]{43}(?![A-Za-z0-9+/])
docker-token dckr_(?:pat|oat)_[\w-]{20,}
jfrog-token (?<![+/])AKCp[A-Za-z0-9]{60,}
groq-key gsk_[A-Za-z0-9]{40,}
xai-key xai-[\w-]{60,}
perplexity-key pplx-[A-Za-z0-9]{32,}
replicate-token r8_[A-Za-z0-9]{32,}
fireworks-key !fw_[A-Za-z0-9]{20,}
cerebras-key csk-[a-z0-9]{32,}
nvidia-key nvapi-[\w-]{40,}
together-key tgp_v1_[\w-]{32,}
voyage-key !(?<!-)pa-[\w-]{40,}
tavily-key !tvly-[\w-]{20,}
firecrawl-key fc-[0-9a-f]{32}(?!\w)
pinecone-key pcsk_\w{40,}
wandb-key wandb_v1_\w{30,}
e2b-key e2b_[0-9a-f]{32,}
jina-key jina_[\w-]{40,}
elevenlabs-key sk_[0-9a-f]{40,}
langsmith-key ls(?:v2_(?:pt|sk)_[0-9a-f]{32}(?:_[0-9a-f]{6,12})?|__[0-9a-f]{32})
braintrust-key !bt-st-[\w-]{30,}
sendgrid-key SG\.[\w-]{16,32}\.[\w-]{16,64}
mailgun-key key-[0-9a-f]{32}(?!\w)
mailchimp-key [0-9a-f]{32}-us\d{1,2}(?!\w)
brevo-key xkeysib-[0-9a-f]{64}-\w{16}
resend-key re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}
postmark-key PMAK-[0-9a-f]{24}-[0-9a-f]{34}
twilio-key SK[0-9a-f]{32}(?!\w)
digitalocean-token do[por]_v1_[0-9a-f]{64}
heroku-key HRKU-[\w-]{36,}
fly-token fm[12][ar]?_[A-Za-z0-9+/=_-]{40,}
fly-token fo1_[\w-]{40,}
vercel-token vc[pkair]_[A-Za-z0-9]{24,}
netlify-token nfp_[A-Za-z0-9]{32,}
cloudflare-token cf(?:ut|at|k)_[A-Za-z0-9]{40,}
cloudflare-key v1\.0-[0-9a-f]{24}-[0-9a-f]{100,}
supabase-key sb(?:p_[0-9a-f]{40}|_secret_[\w-]{20,})
neon-key napi_[a-z0-9]{40,}
planetscale-token pscale_(?:tkn|pw|oauth)_[\w.=-]{32,}
render-key rnd_[A-Za-z0-9]{28,}
doppler-token dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]{2,35}\.)?[A-Za-z0-9]{40,44}
vault-token hv[sbr]\.[\w-]{24,}
terraform-token [A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}
pulumi-token pul-[0-9a-f]{40}
grafana-token gl(?:sa_[A-Za-z0-9]{32}_[0-9a-f]{8}|c_[A-Za-z0-9+/]{32,}={0,2})
newrelic-key NR(?:AK|II|JS|RA)-[A-Za-z0-9-]{19,}
newrelic-key [0-9a-f]{36}NRAL(?!\w)
sentry-token sntry[su]_[\w=+/-]{32,}
honeycomb-key hc[a-z]ik_[a-z0-9]{40,}
linear-key lin_(?:api|oauth)_[A-Za-z0-9]{32,}
notion-token ntn_[A-Za-z0-9]{40,}
notion-token secret_[A-Za-z0-9]{43}(?!\w)
airtable-token pat[A-Za-z0-9]{14}\.[0-9a-f]{64}
figma-token figd_[\w-]{36,}
postman-key PMAT-[A-Z0-9]{26}
atlassian-token AT(?:ATT|CTT|BB)[A-Za-z0-9][\w=+/-]{22,}
launchdarkly-key (?:sdk|api)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?!\w)
mapbox-token sk\.eyJ[\w-]{20,}\.[\w-]{16,}
contentful-token CFPAT-[\w-]{40,}
hubspot-token pat-(?:na|eu|ap)\d-[0-9a-f]{8}-[0-9a-f-]{27}
facebook-token (?<![+/])EAA[A-Za-z0-9]{80,}
twitter-token A{20,24}[B-Zb-z0-9]\w{10,40}%[\w%]{30,80}
dropbox-token (?<![\w.-])sl\.[\w-]{60,}
dropbox-token (?<![\w.-])sl\.u\.[\w-]{60,}
prefect-key pn[ub]_[A-Za-z0-9]{36}
shippo-token shippo_(?:live|test)_[0-9a-f]{40}
duffel-token duffel_(?:live|test)_[\w-]{40,}
easypost-key EZ[AT]K[A-Za-z0-9]{54}
typeform-token tfp_[\w-]{40,}
onepassword-token ops_eyJ[\w-]{60,}
age-key AGE-SECRET-KEY-1[A-Z0-9]{50,}
paseto (?<![\w.-])v[1-4]\.(?:local|public)\.[\w-]{20,}(?:\.[\w-]+)?
jwt (?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*
jwt (?<![\w-])eyJ[\w-]{8,}\.[\w-]*\.[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}`

/** No form is shorter. */
const MIN_LENGTH = 15
/** Characters of which forms are made: other texts have few runs of them that are long enough. */
const TOKEN_UNITS: Uint8Array = new Uint8Array(128)
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.~+/=:%$@')
  TOKEN_UNITS[char.charCodeAt(0)] = 1

/** Keys and tokens that their own form gives away. */
export function formFinder(): Finder {
  const forms = FORMS.trim()
    .split('\n')
    .map((line) => {
      const [kind = '', form = ''] = line.split(' ')
      return { kind, pattern: form.replace(/^!/, ''), asksForRandom: form.startsWith('!') }
    })
  const all = new RegExp(`(?<![A-Za-z0-9])(?:${forms.map(({ pattern }) => `(${pattern})`).join('|')})`, 'g')
  return (text, found) =>
    eachRun(text, (run, offset) =>
      eachMatch(all, run, (match) => {
        const form = forms[match.findIndex((group, i) => i > 0 && group !== undefined) - 1]
        if (form === undefined || (form.asksForRandom && !hasRandomPart(match[0]))) return
        found(offset + match.index, offset + match.index + match[0].length, form.kind)
      }),
    )
}

/**
 * Calls `use` with each run of token characters that is long enough. Looks at one character in {@link MIN_LENGTH} where
 * there is none.
 */
function eachRun(text: string, use: (run: string, offset: number) => void): void {
  const { length } = text
  let start = 0
  while (start + MIN_LENGTH <= length) {
    let at = start + MIN_LENGTH - 1
    while (at >= start && isTokenUnit(text.charCodeAt(at))) at -= 1
    if (at >= start) {
      start = at + 1
      continue
    }
    let end = start + MIN_LENGTH
    while (end < length && isTokenUnit(text.charCodeAt(end))) end += 1
    use(text.slice(start, end), start)
    start = end + 1
  }
}

const isTokenUnit = (unit: number): boolean => unit < 128 && TOKEN_UNITS[unit] === 1

/** A part of letters and digits mixed, as long as no word with a number in it is. */
const hasRandomPart = (found: string): boolean =>
  found.split('-').some((part) => part.length >= 10 && /\d/.test(part))

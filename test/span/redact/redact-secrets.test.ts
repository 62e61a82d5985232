import { describe, expect, test } from 'vitest'
import { capture } from '../../../src/span/capture/capture.ts'
import { type RedactSecretsOptions, redactSecrets } from '../../../src/span/redact/redact-secrets.ts'

const limits = { maxValueBytes: 1 << 22, maxSpanBytes: 1 << 23, maxDepth: 40 }
const redacted = (value: unknown, options?: RedactSecretsOptions): unknown =>
  capture(value, { limits, redact: redactSecrets(options) })

// Put together at run time: scanners of repositories would take whole literals for leaks.
const of = (...parts: string[]): string => parts.join('')
const alnum = 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'
const pem = (body: string): string =>
  of('-----BEGIN RSA PRIVATE ', 'KEY-----', body, '-----END RSA PRIVATE ', 'KEY-----')
const jwt = of(
  'eyJhbGciOiJIUzI1NiJ9',
  '.eyJzdWIiOiIxMjM0NTY3ODkwIn0',
  '.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
)

describe('finds', () => {
  test.each([
    ['an OpenAI key', of('sk-', alnum), '[redacted: openai-key]'],
    ['an OpenAI project key', of('sk-proj-', alnum, '_', alnum), '[redacted: openai-key]'],
    ['an Anthropic key', of('sk-ant-', 'api03-', alnum), '[redacted: anthropic-key]'],
    ['an AWS key', of('AKIA', 'IOSFODNN7EXAMPLE'), '[redacted: aws-key]'],
    ['a temporary AWS key', of('ASIA', 'IOSFODNN7EXAMPLE'), '[redacted: aws-key]'],
    ['a GitHub token', of('ghp_', alnum), '[redacted: github-token]'],
    ['a fine-grained GitHub token', of('github_pat_', alnum), '[redacted: github-token]'],
    ['a GitLab token', of('glpat-', alnum.slice(0, 20)), '[redacted: gitlab-token]'],
    ['a Slack token', of('xoxb-', '123456789012-', alnum), '[redacted: slack-token]'],
    ['a Google key', of('AIza', alnum.slice(0, 35)), '[redacted: google-key]'],
    ['a Stripe key', of('sk_live_', alnum.slice(0, 24)), '[redacted: stripe-key]'],
    ['a restricted Stripe key', of('rk_live_', alnum.slice(0, 24)), '[redacted: stripe-key]'],
    ['a Databricks token', of('dapi', '0123456789abcdef0123456789abcdef'), '[redacted: databricks-token]'],
    ['a Hugging Face token', of('hf_', alnum.slice(0, 34)), '[redacted: hugging-face-token]'],
    ['an npm token', of('npm_', alnum), '[redacted: npm-token]'],
    ['a JWT', jwt, '[redacted: jwt]'],
    ['a private key', pem(`\n${alnum}\n${alnum}\n`), '[redacted: private-key]'],
    ['a private key in a string', pem(`\\n${alnum}\\n`), '[redacted: private-key]'],
    ['an e-mail address', 'jane.doe+x@mail.example.co.uk', '[redacted: email]'],
    ['an e-mail address with umlauts', 'jürgen@münchen.de', '[redacted: email]'],
    ['a telephone number', '+49 (0)30 1234 567', '[redacted: phone]'],
    ['a telephone number without blanks', '+14155552671', '[redacted: phone]'],
    ['a card number', '4111 1111 1111 1111', '[redacted: card]'],
    ['a card number without blanks', '5555555555554444', '[redacted: card]'],
    ['an Amex number', '3782-822463-10005', '[redacted: card]'],
    ['an IBAN', 'DE89 3704 0044 0532 0130 00', '[redacted: iban]'],
    ['an IBAN without blanks', 'GB29NWBK60161331926819', '[redacted: iban]'],
    ['a US social security number', '536-90-4399', '[redacted: ssn]'],
  ])('%s', (_name, text, mark) => {
    expect(redacted(text)).toBe(mark)
    expect(redacted(`see ${text}, please`)).toBe(`see ${mark}, please`)
    expect(redacted({ note: [`"${text}"`] })).toStrictEqual({ note: [`"${mark}"`] })
  })

  test.each([
    ['Authorization: Bearer abc.def-123', 'Authorization: [redacted: authorization]'],
    ['authorization=Basic dXNlcjpwYXNz', 'authorization=[redacted: authorization]'],
    [`curl -H 'X: Bearer ${alnum}'`, "curl -H 'X: Bearer [redacted: authorization]'"],
    ['postgres://app:s3cr3t@db:5432/x', 'postgres://app:[redacted: password]@db:5432/x'],
    ['{"password":"correct horse"}', '{"password":"[redacted: password]"}'],
    ['{\\"api_key\\": \\"abcd1234\\"}', '{\\"api_key\\": \\"[redacted: api-key]\\"}'],
    ["client_secret: 'hunter22'", "client_secret: '[redacted: secret]'"],
    ['DB_PASSWORD=hunter2 npm start', 'DB_PASSWORD=[redacted: password] npm start'],
    ['https://x.org/?access_token=abc123&page=2', 'https://x.org/?access_token=[redacted: token]&page=2'],
    ['aws_secret_access_key = wJalrXUtnFEMI/K7MDENG', 'aws_secret_access_key = [redacted: secret]'],
    ['the password is: pa55word!', 'the password is: pa55word!'],
    ['password: pa55word!', 'password: [redacted: password]'],
  ])('in %j what was assigned', (text, expected) => {
    expect(redacted(text)).toBe(expected)
  })

  test.each([
    ['password', 'x', '[redacted: password]'],
    ['apiKey', 'x', '[redacted: api-key]'],
    ['X-API-Key', 'x', '[redacted: api-key]'],
    ['clientSecret', ['a', 'b'], '[redacted: secret]'],
    ['Authorization', 'x', '[redacted: authorization]'],
    ['credentials', { user: 'u' }, '[redacted: credentials]'],
    ['token', 'x', '[redacted: token]'],
  ])('the property %s', (name, value, mark) => {
    expect(redacted({ a: { [name]: value } })).toStrictEqual({ a: { [name]: mark } })
  })

  test('data in names of properties and in numbers', () => {
    expect(redacted({ 'jane@example.org': { card: 4111111111111111 } })).toStrictEqual({
      '[redacted: email]': { card: '[redacted: card]' },
    })
  })

  test('the half of a private key that a cut left', () => {
    const [head = '', tail = ''] = pem(`\n${alnum}\n|\n${alnum}\n`).split('|')
    expect(redacted(`a ${head}`)).toBe('a [redacted: private-key]')
    expect(redacted(`${tail} b`)).toBe('[redacted: private-key] b')
  })
})

describe('leaves', () => {
  test.each([
    'The password: must be at least 8 characters long, and the token is optional.',
    'Basic understanding of Bearer tokens is required for internationalization.',
    'export interface Login { password: string; token?: string; apiKey: string | undefined }',
    'const token = getToken(user); const apiKey = process.env.OPENAI_API_KEY',
    "client = OpenAI(api_key=os.getenv('KEY'), password=password, token=self.auth_token)",
    'const f = (token) => token.value; max_tokens=1024&tokens: 20480, token=17',
    '<div class="sk-cube-grid sk-folding-cube-animation-loop"></div>',
    'scikit: sk-learn-something-or-other-long-name',
    'id 123e4567-e89b-12d3-a456-426614174000 and 550e8400e29b41d4a716446655440000',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'commit 4111111111111111aaaa, order 4111111111111112, total 1.234.567,89 EUR, $1,299.00',
    'at 2024-01-15T10:00:00+0100, 2024-01-15 10:00:00.123, 1700000000000, 20240115101530',
    'position 48.8583701, +12.345678; delta +2024-01-15 10:00',
    'version 10.0.19045.1, 127.0.0.1, 2001:db8::1, 12:34:56',
    'tracking 1Z999AA10123456784, isbn 978-3-16-148410-0, ean 4006381333931',
    'DE89 3704 0044 0532 0130 01 is no account',
    '@types/node@20.1.0, user@localhost, git@github.com:org',
    'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'https://example.org/path?page=2&q=token',
    'see https://example.org:8080/a:b@c',
    'document the -----BEGIN marker of a key',
    '',
  ])('%j', (text) => {
    // Git's form of a remote is an address in the same form as e-mail; it is the one loss that is accepted.
    expect(redacted(text)).toBe(text.replace('git@github.com', '[redacted: email]'))
  })

  test('counts, flags and schemas under telling names', () => {
    const value = {
      max_tokens: 4096,
      token: 12,
      hasPassword: true,
      password: null,
      next_page_token: 'abc',
      parameters: { properties: { password: { type: 'string', description: 'of the user' } } },
    }
    expect(redacted(value)).toStrictEqual(value)
  })

  test('random base64 and hexadecimal text', () => {
    let seed = 7
    const next = (): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed
    }
    const bytes = Buffer.from(Array.from({ length: 60_000 }, () => (next() >> 16) & 255))
    for (const text of [bytes.toString('base64'), bytes.toString('hex')]) expect(redacted(text)).toBe(text)
  })
})

describe('options', () => {
  const text = `mail jane@example.org key ${of('ghp_', alnum)} host 10.1.2.3 or fe80::1`

  test('secrets and personalData can be left alone', () => {
    expect(redacted(text, { secrets: false })).toContain('ghp_')
    expect(redacted({ password: 'x' }, { secrets: false })).toStrictEqual({ password: 'x' })
    expect(redacted(text, { personalData: false })).toContain('jane@')
  })

  test('ipAddresses adds addresses of machines', () => {
    expect(redacted(text, { ipAddresses: true })).toMatch(/host \[redacted: ip\] or \[redacted: ip\]$/)
    expect(redacted('at 12:34:56 v1.2.3', { ipAddresses: true })).toBe('at 12:34:56 v1.2.3')
  })

  test('keys and patterns add to what is found, and mark says what stands there', () => {
    const options: RedactSecretsOptions = {
      keys: ['patient_id', /^x-/g],
      patterns: { order: /ORD-\d+/g, nothing: /z*/ },
      mark: (kind) => `<${kind}>`,
    }
    const value = { patientId: 'p', 'x-a': 'q', 'x-b': 'r', note: 'ORD-1 and ORD-22, a@b.org' }
    expect(redacted(value, options)).toStrictEqual({
      patientId: '<patientId>',
      'x-a': '<x-a>',
      'x-b': '<x-b>',
      note: '<order> and <order>, <email>',
    })
  })

  test('a mark that throws takes the value with it', () => {
    const options = {
      mark: () => {
        throw new Error('no')
      },
    }
    expect(redacted(['a@b.org', 'kept'], options)).toStrictEqual(['[redaction failed]', 'kept'])
  })
})

describe('time', () => {
  const hostile = [
    'a',
    '1',
    '1 ',
    '+1',
    '+1234567 ',
    'a@',
    'a@a.',
    'a.',
    '@',
    'AA11',
    'AA11 AAAA ',
    '4111 ',
    '4111-1111-',
    '-',
    '111-11-1111',
    'sk-',
    'sk-a',
    'sk-ant-',
    'eyJ',
    'eyJaaaaaaaa.',
    'AKIA',
    'ghp_',
    'xoxb-1',
    'password',
    'password=',
    'password="',
    'password=\\"',
    'token: ',
    'token ',
    'key=a.',
    'secret=aA',
    'authorization: ',
    'bearer ',
    'a://',
    'a://b:',
    'a://b:c',
    '-----BEGIN PRIVATE ' + 'KEY-----',
    '-----END PRIVATE ' + 'KEY-----',
    ':',
    '1.',
    'f:',
    '\\',
    '"',
    '{',
    ' ',
    '\n',
    'é',
    '😀',
    'curl ',
    'curl -u a:',
    'mysql -p',
    "password '",
    "secret='",
    'name=pwd value="',
    '["token","',
    '<token>',
    '--token ',
    'token:',
    'token:\n',
    'token:\n  - a\n',
    'token: |\n',
    'password="\\',
    '"password":"\\"',
    'cookie: a=',
    'authorization: digest ',
    'DB_PASSWORD=',
    'a=b&token=',
    ';pwd={',
    '?key=',
    'login a password ',
    'postgres://a:',
    'https://a',
    'jdbc:oracle:thin:a/',
    'eyJ-',
    'sl.',
    'A',
    'abc8Q~',
    'SG.',
    'M.',
    'a%40',
    '(415) ',
    'token=a(b',
    'password=`${',
  ]
  const redact = redactSecrets({ ipAddresses: true })
  const context = { span: '', spanType: 'TOOL', key: 'note', path: ['note'] }
  const cpuOf = (text: string): number => {
    const before = process.cpuUsage()
    redact(text, context)
    const { user, system } = process.cpuUsage(before)
    return user + system
  }

  test('grows with the length of a text, whatever the text', () => {
    const slow = hostile.filter((unit) => {
      const small = unit.repeat(Math.ceil(40_000 / unit.length))
      cpuOf(small)
      const one = Math.min(cpuOf(small), cpuOf(small))
      const eight = cpuOf(small.repeat(8))
      // Eight times the length: quadratic time would be 64 times as long. The constant covers the clock's grain.
      return eight > 24 * one + 20_000
    })
    expect(slow).toStrictEqual([])
  }, 180_000)
})

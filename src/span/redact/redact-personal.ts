import { eachMatch, type Finder, type Found, patternFinder } from './redact-rules.ts'

/** What follows the `@` of an address. */
const DOMAIN = /(?:[\p{L}\p{N}][\p{L}\p{N}-]{0,61}\.){1,6}\p{L}{2,24}(?![\p{L}\p{N}])/uy
const LETTER_OR_DIGIT = /^[\p{L}\p{N}]$/u
const MAX_LOCAL_LENGTH = 64
/** A card number's usual groups, or no groups. The back reference keeps the separators alike. */
const CARD =
  /(?<![\w.+-])\d{4}([ \u00a0\u202f-]?)(?:\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{6}\1\d{4,5})(?![\w-]|\.\d)/g
const ISSUERS: readonly (readonly [prefix: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [16, 19]],
  [/^5[1-5]|^2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)/, [16]],
  [/^3[47]/, [15]],
  [/^6(?:011|4[4-9]|5)/, [16, 19]],
  [/^35(?:2[89]|[3-8])/, [16, 19]],
  [/^62/, [16, 19]],
  [/^3(?:0[0-5]|[689])/, [14]],
]
const IBAN = /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?![a-z0-9])/g
const IBAN_LENGTHS =
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20'
const PHONE =
  /(?:(?<![\w+)=/])\+(?!\d{4}-\d\d-\d\d)|(?<![\w.,:/+=-]|\d[ -])00(?=[1-9]\d{0,2}[ /-]))[1-9](?:[ \u00a0\u202f.()/-]{0,2}\d){7,14}(?![\w]|[.-]\d)/g
/** The form of North America, with its area code and exchange that begin at 2. */
const US_PHONE = /(?<![\w.+-])(?:\([2-9]\d\d\) ?|[2-9]\d\d-)[2-9]\d\d-\d{4}(?![\w-]|\.\d)/g
const SSN = /(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-])/g
/** Numbers without a fraction from this on can be card numbers. */
const MIN_CARD = 30_000_000_000_000

/** Data about people that its form gives away. */
export const personalFinders = (): readonly Finder[] => [
  (text, found) => emails(text, '@', found),
  (text, found) => emails(text, '%40', found),
  ibans,
  patternFinder('card', [], CARD, isCard),
  patternFinder('phone', ['+', '00'], PHONE, isPhone),
  patternFinder('phone', ['-'], US_PHONE),
  patternFinder('ssn', ['-'], SSN),
]

/** Whether `value`, a number, can be a card number. */
export const isCardNumber = (value: number): boolean =>
  Number.isSafeInteger(value) && value >= MIN_CARD && isCard(String(value))

function isCard(found: string): boolean {
  const digits = found.replace(/\D/g, '')
  const isIssued = ISSUERS.some(([prefix, lengths]) => prefix.test(digits) && lengths.includes(digits.length))
  return isIssued && luhnSum(digits) % 10 === 0 && !/^(\d)\1+$/.test(digits)
}

/** Sum of the check by Luhn (ISO/IEC 7812-1): every second digit from the right counts double. */
function luhnSum(digits: string): number {
  let sum = 0
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48
    const doubled = i % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum
}

/** Addresses around each `sign`, which is looked for first: few texts have one. */
function emails(text: string, sign: string, found: Found): void {
  for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + 1)) {
    DOMAIN.lastIndex = at + sign.length
    if (!isLocalUnit(text, at - 1) || !DOMAIN.test(text)) continue
    let start = at
    while (start > 0 && start > at - MAX_LOCAL_LENGTH && isLocalUnit(text, start - 1)) start -= 1
    found(start, DOMAIN.lastIndex, 'email')
  }
}

function isLocalUnit(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  if (unit < 0x80) {
    return (
      (unit >= 0x61 && unit <= 0x7a) ||
      (unit >= 0x41 && unit <= 0x5a) ||
      (unit >= 0x30 && unit <= 0x39) ||
      unit === 0x2e ||
      unit === 0x2b ||
      unit === 0x2d ||
      unit === 0x5f ||
      unit === 0x25
    )
  }
  return LETTER_OR_DIGIT.test(text.charAt(at))
}

const ibans: Finder = (text, found) =>
  eachMatch(IBAN, text, (match) => {
    const [iban] = match
    const length = ibanLength(iban.slice(0, 2))
    const end = length === undefined ? -1 : endOfDigits(iban, length)
    if (end >= 0 && isIban(iban.slice(0, end).replaceAll(' ', '')))
      found(match.index, match.index + end, 'iban')
  })

function ibanLength(country: string): number | undefined {
  const at = IBAN_LENGTHS.indexOf(country)
  return at < 0 ? undefined : Number(IBAN_LENGTHS.slice(at + 2, at + 4))
}

/** Where the first `count` characters that are no blanks end; the next one must not be glued to them. */
function endOfDigits(found: string, count: number): number {
  let seen = 0
  for (let i = 0; i < found.length; i += 1) {
    if (found[i] !== ' ') seen += 1
    if (seen === count) return i + 1 === found.length || found[i + 1] === ' ' ? i + 1 : -1
  }
  return -1
}

/** The check of ISO 13616: the number with its first four characters moved to the end is 1 modulo 97. */
function isIban(iban: string): boolean {
  let rest = 0
  for (const char of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(char, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

/** A coordinate has one dot; a number in groups has several, or none. */
const isPhone = (found: string): boolean => found.slice(1).replace(/\d/g, '') !== '.'

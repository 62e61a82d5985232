import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import { type CaptureOptions, capture, takeSnapshot } from '../../../src/span/capture/capture.ts'
import { plainOf } from '../../../src/span/snapshot/plain.ts'

const limits = { maxValueBytes: 1 << 20, maxSpanBytes: 3 << 20, maxDepth: 40 }
const SECRET = 'sk-SECRET-0123456789'

/** The ways of a value into a span give the same. */
function recorded(value: unknown): unknown {
  const options: CaptureOptions = { limits }
  const copy = capture(value, options)
  expect(plainOf(takeSnapshot(value, options))).toStrictEqual(copy)
  expect(capture(value, { limits, redact: (inner) => inner })).toStrictEqual(copy)
  return copy
}

class OpenAI {
  apiKey = SECRET
  baseURL = 'https://api.example.org'
  fetch = () => undefined
}
class Pool extends EventEmitter {
  options = { password: SECRET, host: 'db' }
}
class S3Client {
  config = { credentials: async () => SECRET, region: 'eu' }
}
class S3 extends S3Client {}
class Mailer {
  #hidden = SECRET
  _auth = { user: 'u', pass: this.#hidden }
  password = SECRET
}
class Bot {
  token = SECRET
}

describe('a client, a pool or a connection', () => {
  test.each([
    [new OpenAI(), '[OpenAI]'],
    [new Pool(), '[Pool]'],
    [new S3Client(), '[S3Client]'],
    [new S3(), '[S3]'],
    [new Mailer(), '[Mailer]'],
    [new Bot(), '[Bot]'],
    [new EventEmitter(), '[EventEmitter]'],
  ])('is recorded by the name of its class: %s', (client, name) => {
    expect(recorded(client)).toBe(name)
    expect(recorded({ client, question: 'hi' })).toStrictEqual({ client: name, question: 'hi' })
    expect(recorded([client, 'hi'])).toStrictEqual([name, 'hi'])
    expect(recorded(new Map([['client', client]]))).toStrictEqual({ client: name })
  })

  test('is nothing that only holds data', () => {
    class Order {
      id = 7
      customer = { name: 'Jane', session: 's-1' }
    }
    class Logprob {
      token = ' Hello'
      logprob = -0.1
    }
    expect(recorded(new Order())).toStrictEqual({ id: 7, customer: { name: 'Jane', session: 's-1' } })
    expect(recorded(new Logprob())).toStrictEqual({ token: ' Hello', logprob: -0.1 })
  })

  test('runs none of its getters', () => {
    let ran = 0
    class VaultClient {
      get region(): string {
        ran += 1
        return 'eu'
      }
    }
    Object.defineProperty(VaultClient.prototype, 'emit', { get: () => (ran += 1) })
    const client = Object.defineProperty(new VaultClient(), 'apiKey', {
      get: () => (ran += 1),
      enumerable: true,
    })
    expect(recorded(client)).toBe('[VaultClient]')
    expect(ran).toBe(0)
  })
})

describe('a schema', () => {
  test('of zod 4.5 and later, with its methods as getters of the class, is its name, and runs no getter of a shape', () => {
    let ran = 0
    class ZodObject {
      type = 'object'
      def = {
        get shape() {
          ran += 1
          return {}
        },
      }
      constructor() {
        Object.defineProperty(this, '_zod', { value: { def: this.def } })
      }
      get parse(): () => void {
        ran += 1
        return () => undefined
      }
      get _def(): object {
        ran += 1
        return this.def
      }
    }
    expect(recorded({ schema: new ZodObject() })).toStrictEqual({ schema: '[ZodObject]' })
    expect(ran).toBe(0)
  })

  test('of zod 3 and of other libraries of the same standard is its name', () => {
    class ZodString {
      _def = { typeName: 'ZodString' }
      parse(): void {}
    }
    class Type {
      readonly '~standard' = { version: 1, vendor: 'x' }
    }
    expect(recorded([new ZodString(), new Type()])).toStrictEqual(['[ZodString]', '[Type]'])
  })
})

describe('media', () => {
  const data = Buffer.from(Array.from({ length: 600 }, (_, i) => (i * 7919) % 251)).toString('base64')
  const url = `data:image/png;base64,${data}`

  test('in a data URL is its type and size, wherever it stands', () => {
    expect(recorded(url)).toBe('[image/png 600 bytes]')
    expect(recorded([url])).toStrictEqual(['[image/png 600 bytes]'])
    expect(recorded({ image_url: { url } })).toStrictEqual({ image_url: { url: '[image/png 600 bytes]' } })
    expect(recorded(`data:;base64,${data}`)).toBe('[data 600 bytes]')
    expect(recorded(`data:text/plain;charset=utf-8;base64,${data}`)).toBe('[text/plain 600 bytes]')
  })

  test.each([
    [
      'AI SDK',
      { type: 'file', mediaType: 'application/pdf', data },
      { type: 'file', mediaType: 'application/pdf', data: '[application/pdf 600 bytes]' },
    ],
    [
      'MCP',
      { type: 'image', mimeType: 'image/png', data },
      { type: 'image', mimeType: 'image/png', data: '[image/png 600 bytes]' },
    ],
    [
      'Anthropic',
      { type: 'base64', media_type: 'image/png', data },
      { type: 'base64', media_type: 'image/png', data: '[image/png 600 bytes]' },
    ],
    [
      'Google',
      { inlineData: { mimeType: 'image/png', data } },
      { inlineData: { mimeType: 'image/png', data: '[image/png 600 bytes]' } },
    ],
    [
      'OpenAI',
      { input_audio: { format: 'wav', data } },
      { input_audio: { format: 'wav', data: '[wav 600 bytes]' } },
    ],
    [
      'bytes',
      { mediaType: 'image/png', data: new Uint8Array(600) },
      { mediaType: 'image/png', data: '[Uint8Array 600 bytes]' },
    ],
  ])('in the parts of %s is its type and size', (_name, part, expected) => {
    expect(recorded([part])).toStrictEqual([expected])
  })

  test('is no text, however long', () => {
    const words = 'Words and blanks. '.repeat(40)
    const hex = 'abcdef0123456789'.repeat(40)
    for (const text of [words, `data: ${words}`, hex, data])
      expect(recorded({ text })).toStrictEqual({ text })
    expect(recorded({ format: 'text', text: words })).toStrictEqual({ format: 'text', text: words })
    expect(recorded('data:image/png;base64,aGVsbG8=')).toBe('data:image/png;base64,aGVsbG8=')
  })
})

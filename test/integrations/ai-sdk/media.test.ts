import { expect, test } from 'vitest'
import { chatMessages } from '../../../src/integrations/ai/messages.ts'

const data = Buffer.alloc(600, 'media').toString('base64')
const contentOf = (part: object): unknown => {
  const [message] = chatMessages([{ role: 'user', content: [part] }]) as { content: unknown }[]
  return message?.content
}

test.each([
  ['base64', { type: 'file', mediaType: 'image/png', data }],
  ['a data URL', { type: 'file', mediaType: 'image/png', data: `data:image/png;base64,${data}` }],
  ['the form of version 5', { type: 'image', mediaType: 'image/png', image: data }],
])('an image as %s is its type and size, and no address that a page would try to show', (_name, part) => {
  expect(contentOf(part)).toBe('[image/png 600 bytes]')
})

test('an image with an address keeps it', () => {
  const image = new URL('https://example.org/a.png')
  expect(contentOf({ type: 'image', image })).toStrictEqual([
    { type: 'image_url', image_url: { url: 'https://example.org/a.png' } },
  ])
})

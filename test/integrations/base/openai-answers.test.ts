import { expect, test } from 'vitest'
import { embeddingsAnswer } from '../../../src/integrations/base/openai/answers.ts'

test('the vector of an answer is not asked for where a getter gives it', () => {
  let asked = 0
  const lazy = {
    get embedding() {
      asked += 1
      return [1, 2]
    },
  }
  expect(embeddingsAnswer({ data: [lazy] }).outputs).toMatchObject({ embeddings: 1, dimensions: undefined })
  expect(embeddingsAnswer({ data: [{ embedding: [1, 2] }] }).outputs).toMatchObject({ dimensions: 2 })
  expect(asked).toBe(0)
})

// An application that a bundler has made one minified file of: nothing of its packages can be found from outside.
import * as genai from '@google/genai'
import { flushTraces, init } from 'turnspan'
import { instrumentGoogleGenAI } from 'turnspan/google-genai'

init({ captureContent: true })
instrumentGoogleGenAI(genai)
const ai = new genai.GoogleGenAI({ apiKey: 'test-key', httpOptions: { baseUrl: process.env.BASE_URL } })
const { text } = await ai.models.generateContent({ model: 'gemini-2.5-flash', contents: 'Hi!' })
await flushTraces({ timeoutMs: 20_000 })
process.stdout.write(text)

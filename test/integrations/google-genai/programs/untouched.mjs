// An application that knows nothing of turnspan.
import { GoogleGenAI } from '@google/genai'

const ai = new GoogleGenAI({ apiKey: 'test-key', httpOptions: { baseUrl: process.env.BASE_URL } })
const { text } = await ai.models.generateContent({ model: 'gemini-2.5-flash', contents: 'Hi!' })
process.stdout.write(text)

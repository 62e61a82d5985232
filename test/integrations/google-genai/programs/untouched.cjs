// An application that knows nothing of turnspan.
const { GoogleGenAI } = require('@google/genai')

const ai = new GoogleGenAI({ apiKey: 'test-key', httpOptions: { baseUrl: process.env.BASE_URL } })
ai.models
  .generateContent({ model: 'gemini-2.5-flash', contents: 'Hi!' })
  .then(({ text }) => process.stdout.write(text))

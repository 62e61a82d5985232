// One agent turn with a tool and a model call. Where it goes is configured by the environment, for example
// MLFLOW_TRACKING_URI=http://localhost:5000; without any of that, it is printed here.
import { init, SpanType, withAgent, withSpan, withTool } from 'turnspan'

init({ captureContent: true, serviceName: 'quickstart', ...(hasTarget() ? {} : { target: 'console' }) })

const weatherOf = async (city) => ({ city, sky: 'sunny', celsius: 24 })

const answer = await withAgent(
  { agent: 'weather', sessionId: 's-1', user: 'u-1', input: 'Do I need a coat in Lisbon?' },
  async () => {
    const weather = await withTool({ tool: 'get_weather', arguments: { city: 'Lisbon' } }, () =>
      weatherOf('Lisbon'),
    )
    return withSpan(
      async (span) => {
        // Where your model call would stand.
        span.setInputs({ messages: [{ role: 'user', content: JSON.stringify(weather) }] })
        span.setModel('gpt-4o-mini', 'openai')
        span.setTokenUsage({ inputTokens: 120, outputTokens: 9 })
        return `It is ${weather.sky} with ${weather.celsius} °C. Leave the coat at home.`
      },
      { name: 'chat', spanType: SpanType.CHAT_MODEL },
    )
  },
)
console.log(answer)
// A script that ends here loses nothing: what has not been sent is sent before the process ends.

function hasTarget() {
  return Boolean(process.env.MLFLOW_TRACKING_URI ?? process.env.OTEL_EXPORTER_OTLP_ENDPOINT)
}

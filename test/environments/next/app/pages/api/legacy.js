import { ask } from '../../lib/ask'

export default async function handler(_request, response) {
  response.end(await ask('a route of the pages router'))
}

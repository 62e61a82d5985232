// As library.mjs, as a CommonJS module requires it.
const optional = (name) => {
  try {
    return require(name)
  } catch {
    return {}
  }
}
exports.lib = Object.assign(
  {},
  ...['callbacks/base', 'callbacks/dispatch', 'documents', 'embeddings', 'language_models/chat_models'].map(
    (name) => require(`@langchain/core/${name}`),
  ),
  ...[
    'language_models/llms',
    'messages',
    'output_parsers',
    'outputs',
    'prompts',
    'retrievers',
    'runnables',
  ].map((name) => require(`@langchain/core/${name}`)),
  ...['tools', 'vectorstores'].map((name) => require(`@langchain/core/${name}`)),
  require('@langchain/langgraph'),
  require('@langchain/langgraph/prebuilt'),
  require('@langchain/openai'),
  require('zod'),
  optional('@langchain/anthropic'),
  optional('langchain'),
)

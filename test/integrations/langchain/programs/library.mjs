// What the probes use of LangChain, as an ES module imports it; packages that an old set has not are left out.
import * as callbacks from '@langchain/core/callbacks/base'
import * as dispatch from '@langchain/core/callbacks/dispatch'
import * as documents from '@langchain/core/documents'
import * as embeddings from '@langchain/core/embeddings'
import * as chatModels from '@langchain/core/language_models/chat_models'
import * as llms from '@langchain/core/language_models/llms'
import * as messages from '@langchain/core/messages'
import * as parsers from '@langchain/core/output_parsers'
import * as outputs from '@langchain/core/outputs'
import * as prompts from '@langchain/core/prompts'
import * as retrievers from '@langchain/core/retrievers'
import * as runnables from '@langchain/core/runnables'
import * as tools from '@langchain/core/tools'
import * as vectorstores from '@langchain/core/vectorstores'
import * as graph from '@langchain/langgraph'
import * as prebuilt from '@langchain/langgraph/prebuilt'
import * as openai from '@langchain/openai'
import * as zod from 'zod'

const optional = (name) => import(name).catch(() => ({}))

export const lib = Object.assign(
  {},
  ...[
    callbacks,
    dispatch,
    documents,
    embeddings,
    chatModels,
    llms,
    messages,
    parsers,
    outputs,
    prompts,
    retrievers,
  ],
  ...[runnables, tools, vectorstores, graph, prebuilt, openai, zod],
  await optional('@langchain/anthropic'),
  await optional('langchain'),
)

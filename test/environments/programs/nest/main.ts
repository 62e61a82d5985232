// A service of Nest, as its command line makes it: CommonJS with decorators of TypeScript.
import 'reflect-metadata'
import { Controller, Get, Injectable, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import OpenAI from 'openai'
import { init, trace, withAgent, withTool } from 'turnspan'

init()

@Injectable()
class Clerk {
  private readonly client = new OpenAI({ apiKey: 'sk-test', baseURL: process.env.BASE_URL })

  async ask(): Promise<string> {
    return withAgent({ agent: 'clerk' }, async () => {
      await withTool({ tool: 'clock' }, async () => 'noon')
      const { choices } = await this.client.chat.completions.create({
        model: 'gpt-4o',
        messages: [{ role: 'user', content: 'Hi!' }],
      })
      return choices[0]?.message.content ?? ''
    })
  }
}

@Controller()
class AskController {
  constructor(private readonly clerk: Clerk) {}

  @Get()
  ask(): Promise<string> {
    return this.clerk.ask()
  }

  @trace()
  @Get('traced')
  async traced(): Promise<string> {
    return 'traced'
  }
}

@Module({ controllers: [AskController], providers: [Clerk] })
class App {}

async function main(): Promise<void> {
  const app = await NestFactory.create(App, { logger: ['error'] })
  app.enableShutdownHooks()
  await app.listen(Number(process.env.PORT), '127.0.0.1')
}

void main()

import 'reflect-metadata'
import {
  type CallHandler,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  HttpCode,
  Inject,
  Injectable,
  Module,
  type NestInterceptor,
  Param,
  Post,
  SetMetadata,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common'
import { NestFactory, Reflector } from '@nestjs/core'
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter'
import { map, of } from 'rxjs'
import { flushTraces, init, trace as realTrace } from 'turnspan'

const { endpoint, traced } = JSON.parse(process.env.SETTINGS ?? '{}') as { endpoint: string; traced: boolean }
if (traced) init({ endpoint, protocol: 'http/protobuf', captureContent: true, serviceName: 'nest', instrumentations: false })
const trace: typeof realTrace = traced ? realTrace : ((() => () => undefined) as never)

const Roles = (...roles: string[]) => SetMetadata('roles', roles)

@Injectable()
class RolesGuard implements CanActivate {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}
  canActivate(context: ExecutionContext): boolean {
    const roles = this.reflector.get<string[] | undefined>('roles', context.getHandler())
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>()
    return roles === undefined || roles.includes(headers.role ?? '')
  }
}

@Injectable()
class Wrap implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((value: unknown) => ({ wrapped: value, by: context.getHandler().name })))
  }
}

const heard: unknown[] = []

@Injectable()
class Orders {
  readonly base = 10

  @trace({ name: 'tool:total' })
  total(count: number): number {
    return this.base * count
  }

  @trace()
  @OnEvent('order.created')
  above(order: unknown): void {
    heard.push(['above', this.base, order])
  }

  @OnEvent('order.created')
  @trace()
  below(order: unknown): void {
    heard.push(['below', this.base, order])
  }
}

@Controller('orders')
@UseGuards(RolesGuard)
class OrdersController {
  constructor(
    @Inject(Orders) private readonly orders: Orders,
    @Inject(EventEmitter2) private readonly events: EventEmitter2,
  ) {}

  @trace()
  @Roles('admin')
  @Get('above')
  above(): string {
    return 'above'
  }

  @Roles('admin')
  @trace()
  @Get('between')
  between(): string {
    return 'between'
  }

  @Get('below')
  @Roles('admin')
  @trace()
  below(): string {
    return 'below'
  }

  @trace()
  @Get('count/:count')
  async count(@Param('count') count: string): Promise<number> {
    return this.orders.total(Number(count))
  }

  @trace()
  @UseInterceptors(Wrap)
  @Get('wrapped')
  wrapped(): Promise<string> {
    return Promise.resolve('value')
  }

  @Get('observed')
  @trace()
  observed() {
    return of(1, 2)
  }

  @trace()
  @HttpCode(202)
  @Post()
  create(): unknown {
    this.events.emit('order.created', { id: 7 })
    return heard
  }

  @trace()
  @Get('failed')
  failed(): never {
    throw new Error('broken')
  }
}

@Module({
  imports: [EventEmitterModule.forRoot()],
  controllers: [OrdersController],
  providers: [Orders],
})
class AppModule {}

const REQUESTS = [
  ['GET', 'above'],
  ['GET', 'above', 'admin'],
  ['GET', 'between'],
  ['GET', 'between', 'admin'],
  ['GET', 'below'],
  ['GET', 'below', 'admin'],
  ['GET', 'count/3'],
  ['GET', 'wrapped'],
  ['GET', 'observed'],
  ['POST', ''],
  ['GET', 'failed'],
] as const

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: false })
  await app.listen(0, '127.0.0.1')
  const url = await app.getUrl()
  const answers: unknown[] = []
  for (const [method, path, role] of REQUESTS) {
    const response = await fetch(`${url}/orders/${path}`, { method, headers: role === undefined ? {} : { role } })
    answers.push([method, path, role ?? null, response.status, await response.text()])
  }
  await app.close()
  if (traced) await flushTraces()
  process.stdout.write(JSON.stringify(answers))
}

void main()

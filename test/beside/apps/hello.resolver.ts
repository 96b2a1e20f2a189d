import { Query, Resolver } from '@nestjs/graphql';
import { ran } from '../support/fixture.js';

@Resolver()
export class HelloResolver {
  @Query(() => String) hello(): string {
    ran('resolver');
    return 'world';
  }
}

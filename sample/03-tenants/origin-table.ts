/** Stands for the table of a database: whoever asks it waits. It is kept in memory, and gone when the app ends. */
export class OriginTable {
  private readonly rows = new Map<string, Set<string>>();

  async has(tenant: string, origin: string): Promise<boolean> {
    return this.rowsOf(tenant).has(origin);
  }

  async add(tenant: string, origin: string): Promise<boolean> {
    const rows = this.rowsOf(tenant);
    const isNew = !rows.has(origin);
    rows.add(origin);
    return isNew;
  }

  async remove(tenant: string, origin: string): Promise<boolean> {
    return this.rowsOf(tenant).delete(origin);
  }

  async list(tenant: string): Promise<readonly string[]> {
    return [...this.rowsOf(tenant)].toSorted();
  }

  private rowsOf(tenant: string): Set<string> {
    const rows = this.rows.get(tenant) ?? new Set();
    this.rows.set(tenant, rows);
    return rows;
  }
}

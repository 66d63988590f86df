// Remembers which methods of the client were called and came back.

// Properties of the client's entities: SaleId is saleId.
export const camel = (name) => name[0].toLowerCase() + name.slice(1);

export class Recorder {
  constructor() {
    this.done = {};
  }

  // The same object; each of its methods that resolves is noted under the name.
  watch(name, object) {
    const done = (this.done[name] ??= {});
    return new Proxy(object, {
      get(target, method) {
        const member = target[method];
        if (typeof member !== "function") return member;
        return async (...given) => {
          const answer = await member.apply(target, given);
          done[method] = (done[method] ?? 0) + 1;
          return answer;
        };
      },
    });
  }
}

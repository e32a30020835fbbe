using System.Collections;

namespace Cvdvae.ServiceDefaults.Calls;

/// <summary>The identity of a request in the logging scope: <c>request_id</c> in structured logs, <c>request_id:ID</c> in text.</summary>
internal sealed class RequestScope : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly RequestId _id;

    public RequestScope(RequestId id) => _id = id;

    public int Count => 1;

    public KeyValuePair<string, object?> this[int index] =>
        index == 0 ? new KeyValuePair<string, object?>("request_id", _id.Value) : throw new ArgumentOutOfRangeException(nameof(index));

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        yield return this[0];
    }

    public override string ToString() => $"request_id:{_id}";

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

using Cvdvae.Gateway.Requests;
using Cvdvae.V1;

namespace Cvdvae.Gateway.Routing;

/// <summary>The decoders: what they serve together, and which of them has least to do.</summary>
internal sealed class DecoderPool
{
    private readonly Lock _lock = new();
    private IReadOnlyList<DecoderReplica> _replicas = [];
    private ModelCatalogue _catalogue = ModelCatalogue.Empty;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _turn;

    /// <summary>All decoders, whether they can be reached or not.</summary>
    public IReadOnlyList<DecoderReplica> Replicas => Volatile.Read(ref _replicas);

    /// <summary>The models that can be asked for.</summary>
    public ModelCatalogue Catalogue => Volatile.Read(ref _catalogue);

    /// <summary>Completes when another model or decoder comes or goes.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>The decoder that can run a target, answers, and has the least work before it; null: there's none.</summary>
    /// <param name="target">What it must have.</param>
    /// <param name="except">Decoders that were tried.</param>
    public DecoderReplica? Choose(DecodeTarget target, IReadOnlyCollection<DecoderReplica> except)
    {
        // Turns break ties between idle decoders, or the first in the list would get all the calls of a quiet service.
        IReadOnlyList<DecoderReplica> replicas = Replicas;
        int count = Math.Max(1, replicas.Count);
        int first = (int)(Interlocked.Increment(ref _turn) % count);
        return Enumerable.Range(0, replicas.Count)
            .Select(offset => replicas[(first + offset) % count])
            .Where(replica => !except.Contains(replica) && replica.Find(target) is not null)
            .OrderBy(replica => replica.IsDoubted)
            .ThenBy(replica => Math.Round(replica.RemainingSeconds, 3))
            .ThenBy(replica => replica.Calls)
            .FirstOrDefault();
    }

    /// <summary>Whether a decoder that answers serves one of the models of another.</summary>
    public bool HasOther(DecoderReplica than)
    {
        IEnumerable<ModelInfo> own = than.Status?.Models.Select(model => model.Info) ?? [];
        return Replicas.Any(replica => replica != than && !replica.IsDoubted && own.Any(model => replica.Find(DecodeTarget.Of(model)) is not null));
    }

    /// <summary>Adds a decoder; it is chosen once its state is known.</summary>
    public void Add(DecoderReplica replica)
    {
        lock (_lock)
        {
            Volatile.Write(ref _replicas, [.. _replicas, replica]);
        }
    }

    /// <summary>Takes a decoder out; what runs there goes on.</summary>
    public void Remove(DecoderReplica replica)
    {
        lock (_lock)
        {
            Volatile.Write(ref _replicas, [.. _replicas.Where(other => other != replica)]);
        }

        Change();
    }

    /// <summary>Notes the state of a decoder.</summary>
    public bool Seen(DecoderReplica replica, GetDecoderStatusResponse status) => replica.Seen(status) && Change();

    /// <summary>Notes that a decoder can't be reached.</summary>
    public bool Lost(DecoderReplica replica) => replica.Lost() && Change();

    private bool Change()
    {
        TaskCompletionSource before;
        lock (_lock)
        {
            _catalogue = ModelCatalogue.Of(
                Replicas.Select(replica => replica.Status).Where(status => status is { FirstStage: true })
                    .SelectMany(status => status!.Models).Select(model => model.Info));
            before = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        before.TrySetResult();
        return true;
    }
}

namespace Cvdvae.Client;

/// <summary>What a failure is told about the call that it ends.</summary>
/// <param name="Options">How the server is reached.</param>
/// <param name="Deadline">Longest time of the call; null: none.</param>
/// <param name="DeadlinePassed">Whether it is over.</param>
/// <param name="Attempts">Attempts made, with the one that failed.</param>
/// <param name="RequestId">Identity of the call, where known.</param>
/// <param name="Names">What its caller calls the fields of the request.</param>
/// <param name="RequestBytes">Size of the request; null: there was none that could be too large.</param>
/// <param name="Admitted">Whether the server had accepted it.</param>
internal sealed record FailedCall(
    SuperResolutionClientOptions Options,
    TimeSpan? Deadline,
    bool DeadlinePassed,
    int Attempts,
    string? RequestId,
    CallerNames Names,
    int? RequestBytes,
    bool Admitted);

namespace Cvdvae.Client;

/// <summary>What the next step of reading a stream came to.</summary>
internal enum StreamStep
{
    /// <summary>An event.</summary>
    Event,

    /// <summary>The server's own end of the stream.</summary>
    End,

    /// <summary>The deadline, with images to end the call with.</summary>
    Deadline,
}

namespace Cvdvae.Gateway;

/// <summary>Options of the gateway, section <c>Gateway</c> of the configuration.</summary>
public sealed class GatewayOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Gateway";

    /// <summary>
    /// Addresses of the decoders' first stages; none given: <c>http://127.0.0.1:5200</c>. A <c>dns:///name:port</c> stands for all addresses of the name, which
    /// is asked for again every <c>Channels:ResolverRefresh</c>, and whenever a decoder comes or goes.
    /// </summary>
    public IList<string> Decoders { get; } = [];

    /// <summary>Model that an empty name means, as "name" or "name@version"; empty: the first by name.</summary>
    public string DefaultModel { get; set; } = "";

    /// <summary>Most samples in a request, 1 to 1024.</summary>
    public int MaxSamples { get; set; } = 64;

    /// <summary>Most bytes of a request message, 64 KiB to 1 GiB. Larger ones are refused by the transport.</summary>
    public int MaxMessageBytes { get; set; } = 20 << 20;

    /// <summary>Most bytes of an image file, 1 KiB to <see cref="MaxMessageBytes"/>.</summary>
    public int MaxImageBytes { get; set; } = 16 << 20;

    /// <summary>Longest side of an image in pixels, 1 to 16384.</summary>
    public int MaxImageSide { get; set; } = 4096;

    /// <summary>Most calls at once, 1 to 100,000; more are refused.</summary>
    public int MaxConcurrentCalls { get; set; } = 512;

    /// <summary>
    /// Longest time of a call, 1 s to 1 day: one without a deadline, or with a later one, ends then with what is finished, as at a deadline.
    /// </summary>
    public TimeSpan MaxCallDuration { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long a reader may take nothing of what is ready for it, 1 s to 1 day, beside the time that the message needs at 8 KiB a second. Then the call is cut off: its place is
    /// somebody else's.
    /// </summary>
    public TimeSpan ReaderPatience { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long before its deadline a call is brought to its end, 1 ms to 10 s. One that has no image at all yet goes on for six tenths of it.
    /// </summary>
    public TimeSpan DeadlineMargin { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>What each sample adds to it, since its images have to be encoded and sent, 0 to 1 s. Both together never take more than half of a call's time.</summary>
    public TimeSpan DeadlineMarginPerSample { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Bytes that may wait for a slow reader before older previews give way to newer ones, 0 to 1 GiB.</summary>
    public int MaxWaitingPreviewBytes { get; set; } = 4 << 20;

    /// <summary>Threads that decode and encode images beyond 64x64 pixels, 1 to 256; 0: one for each core. Smaller ones need none.</summary>
    public int ImageWorkers { get; set; }

    /// <summary>How often a decoder is asked for its state, 10 ms to 1 min.</summary>
    public TimeSpan StatusInterval { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// How long a decoder may take to tell its state before others are preferred to it, 10 ms to 1 min. Calls that run there are moved to others when nothing has
    /// come of them either for as long.
    /// </summary>
    public TimeSpan StatusTimeout { get; set; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How long a decoder that owes its state still counts when there is no other, 0 to 10 min. One that refuses the connection counts no longer.</summary>
    public TimeSpan StatusRetain { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a decoder may take to admit or refuse a request before another is tried, 10 ms to 5 min.</summary>
    public TimeSpan AcceptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long another decoder is looked for when the one that ran a request is lost, 0 to 10 min.</summary>
    public TimeSpan FailoverTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a request may lose its decoder before it fails, 0 to 100.</summary>
    public int MaxFailovers { get; set; } = 3;
}

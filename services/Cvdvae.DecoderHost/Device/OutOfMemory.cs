namespace Cvdvae.DecoderHost.Device;

/// <summary>Recognises that memory ran out: libtorch says so in the text of its errors only.</summary>
internal static class OutOfMemory
{
    // CUDA's allocator, and that of the CPU in its older and newer words.
    private static readonly string[] Words = ["out of memory", "not enough memory", "can't allocate memory"];

    /// <summary>Whether an error says that memory ran out.</summary>
    public static bool Is(Exception error) =>
        error is OutOfMemoryException || Words.Any(words => error.Message.Contains(words, StringComparison.OrdinalIgnoreCase));
}

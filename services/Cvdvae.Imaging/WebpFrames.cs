namespace Cvdvae.Imaging;

/// <summary>Counts the frames of a WebP by its chunks. A decoder that is asked for the number takes the square of it in time.</summary>
internal static class WebpFrames
{
    public static int Count(ReadOnlySpan<byte> data)
    {
        int frames = 0;
        var chunks = new WebpChunks(data);
        while (chunks.MoveNext())
        {
            frames += chunks.Type.SequenceEqual("ANMF"u8) ? 1 : 0;
        }

        return frames;
    }
}

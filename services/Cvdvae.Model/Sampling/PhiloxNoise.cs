using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Cvdvae.Model.Sampling;

/// <summary>
/// Noise as a pure function of (seed, sample, group, element), from <see cref="Philox4x32"/>.
/// </summary>
/// <remarks>
/// <para>Layout, fixed by <see cref="Version"/>: the key is the seed; counter word 0 is the block index j, word 1 the kind of number
/// (0 normals, 1 uniforms), word 2 the group, word 3 the sample. Block j gives elements 4j to 4j + 3.</para>
/// <para>Normals are Box-Muller pairs: words (0, 1) give elements (0, 1) of the block, words (2, 3) elements (2, 3); the first word
/// of a pair gives the radius from u = (word + 1/2) / 2^32 in (0, 1], so their magnitude is at most 6.77; the second word gives the
/// angle, and the cosine comes first. Uniforms are 1e-5 + u (1 - 2e-5) with u the upper 24 bits of a word over 2^24.</para>
/// <para>The random words are equal on all machines; the floats agree to a few units in the last place.</para>
/// </remarks>
public sealed class PhiloxNoise : INoiseSource
{
    /// <summary>Version of the layout. Replicas with different versions give different images for the same seed.</summary>
    public const int Version = 1;

    internal const uint NormalKind = 0;
    internal const uint UniformKind = 1;
    private const int BlockLength = 4;

    // Numbers from which on a graphics card has them sooner than the processor: its hundred operations take as long for few as for many.
    private const long LeastOnCard = 1 << 16;
    private const int VectorLength = 4 * BlockLength;

    /// <inheritdoc/>
    public void FillNormal(NoiseStream stream, Span<float> destination)
    {
        if (Vector256.IsHardwareAccelerated)
        {
            FillNormalVector(stream, destination);
        }
        else
        {
            FillNormalScalar(stream, destination);
        }
    }

    /// <inheritdoc/>
    public void FillUniform(NoiseStream stream, Span<float> destination)
    {
        if (Vector256.IsHardwareAccelerated)
        {
            FillUniformVector(stream, destination);
        }
        else
        {
            FillUniformScalar(stream, destination);
        }
    }

    /// <inheritdoc/>
    public Tensor Normals(IReadOnlyList<NoiseStream> streams, int length, Device device) =>
        IsForCard(streams, length, device) ? PhiloxTensors.Normals(streams, length, device) : NoiseTensors.Of(streams, length, device, FillNormal);

    /// <inheritdoc/>
    public Tensor Uniforms(IReadOnlyList<NoiseStream> streams, int length, Device device) =>
        IsForCard(streams, length, device) ? PhiloxTensors.Uniforms(streams, length, device) : NoiseTensors.Of(streams, length, device, FillUniform);

    internal static void FillNormalVector(NoiseStream stream, Span<float> destination)
    {
        Vector128<uint> counter = FirstCounter(stream, NormalKind);
        Span<float> rest = destination;
        for (; rest.Length >= VectorLength; rest = rest[VectorLength..])
        {
            NextNormals(ref counter, stream.Seed, rest);
        }

        if (!rest.IsEmpty)
        {
            // The tail takes the same path, so that a value does not depend on where the destination ends.
            Span<float> tail = stackalloc float[VectorLength];
            NextNormals(ref counter, stream.Seed, tail);
            tail[..rest.Length].CopyTo(rest);
        }
    }

    internal static void FillUniformVector(NoiseStream stream, Span<float> destination)
    {
        Vector128<uint> counter = FirstCounter(stream, UniformKind);
        Span<float> rest = destination;
        for (; rest.Length >= VectorLength; rest = rest[VectorLength..])
        {
            NextUniforms(ref counter, stream.Seed, rest);
        }

        if (!rest.IsEmpty)
        {
            Span<float> tail = stackalloc float[VectorLength];
            NextUniforms(ref counter, stream.Seed, tail);
            tail[..rest.Length].CopyTo(rest);
        }
    }

    internal static void FillNormalScalar(NoiseStream stream, Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i += 2)
        {
            Vector128<uint> words = Philox4x32.Block(CounterAt(stream, NormalKind, i / BlockLength), stream.Seed);
            (float first, float second) = NoiseTransforms.Normals(words[i % BlockLength], words[(i % BlockLength) + 1]);
            destination[i] = first;
            if (i + 1 < destination.Length)
            {
                destination[i + 1] = second;
            }
        }
    }

    internal static void FillUniformScalar(NoiseStream stream, Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            Vector128<uint> words = Philox4x32.Block(CounterAt(stream, UniformKind, i / BlockLength), stream.Seed);
            destination[i] = NoiseTransforms.Uniform(words[i % BlockLength]);
        }
    }

    private static bool IsForCard(IReadOnlyList<NoiseStream> streams, int length, Device device) =>
        device.type == DeviceType.CUDA && (long)streams.Count * length >= LeastOnCard;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NextNormals(ref Vector128<uint> counter, ulong seed, Span<float> destination)
    {
        Philox4x32.FourBlocks(counter, seed, out Vector256<uint> even, out Vector256<uint> odd);
        (Vector256<float> first, Vector256<float> second) = NoiseTransforms.Normals(even, odd);
        StoreInterleaved(first, second, destination);
        counter += Vector128.Create(4u, 0, 0, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void NextUniforms(ref Vector128<uint> counter, ulong seed, Span<float> destination)
    {
        Philox4x32.FourBlocks(counter, seed, out Vector256<uint> even, out Vector256<uint> odd);
        StoreInterleaved(NoiseTransforms.Uniforms(even), NoiseTransforms.Uniforms(odd), destination);
        counter += Vector128.Create(4u, 0, 0, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreInterleaved(Vector256<float> even, Vector256<float> odd, Span<float> destination)
    {
        (Vector256<uint> e, Vector256<uint> o) = (even.AsUInt32(), odd.AsUInt32());
        Vector256<ulong> lower = Vector256.WidenLower(e) | (Vector256.WidenLower(o) << 32);
        Vector256<ulong> upper = Vector256.WidenUpper(e) | (Vector256.WidenUpper(o) << 32);
        lower.AsSingle().CopyTo(destination);
        upper.AsSingle().CopyTo(destination[Vector256<float>.Count..]);
    }

    private static Vector128<uint> FirstCounter(NoiseStream stream, uint kind) => CounterAt(stream, kind, 0);

    private static Vector128<uint> CounterAt(NoiseStream stream, uint kind, int block) =>
        Vector128.Create((uint)block, kind, stream.Group, stream.Sample);
}

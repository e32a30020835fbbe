using System.Runtime.InteropServices;
using Cvdvae.Model.Configuration;
using static TorchSharp.torch;

namespace Cvdvae.Model.Runtime;

/// <summary>Process-wide settings of libtorch; to be applied once, before the first tensor.</summary>
public static partial class TorchRuntime
{
    // <malloc.h> of glibc.
    private const int TrimThreshold = -1;
    private const int MostMaps = -4;
    private const int MostArenas = -8;

    // Bits of MXCSR (Intel's manual, volume 1, 10.2.3).
    private const uint FlushToZero = 1 << 15;
    private const uint DenormalsAreZero = 1 << 6;

    // Multiply-adds for each thread below which one fewer is as fast, and leaves the rest of the system its processors.
    private const double WorkOfAThread = 1e8;

    private static readonly Lock Gate = new();
    private static bool s_applied;
    private static volatile int s_mostThreads = 1;

    private static readonly Lazy<bool> HeapsOfGlibc = new(FindsAllocatorInGlibc);

    // libtorch has a number for each thread that calls it.
    [ThreadStatic]
    private static int t_threads;

    /// <summary>Whether memory comes from glibc's heaps, not from another allocator that was preloaded.</summary>
    public static bool UsesHeapsOfGlibc => HeapsOfGlibc.Value;

    /// <summary>CUDA devices that this build can use; none where libtorch is the one for the CPU.</summary>
    public static int CudaDevices => cuda.is_available() ? cuda.device_count() : 0;

    /// <summary>Waits until a device has done all that it was given: operations of a graphics card return before it has begun with them. On the CPU nothing is left to wait for.</summary>
    /// <param name="device">The device.</param>
    public static void Finish(Device device)
    {
        if (device.type == TorchSharp.DeviceType.CUDA)
        {
            cuda.synchronize(device);
        }
    }

    /// <summary>Applies the settings; later calls only change the number of threads, of the calling thread at once and of others with their next <see cref="UseThreadsFor"/>.</summary>
    /// <param name="threads">Threads inside an operation; null: as many as the processor quota allows.</param>
    public static void Apply(int? threads = null)
    {
        lock (Gate)
        {
            if (!s_applied)
            {
                KeepLargeBuffers();
                backends.cuda.matmul.allow_tf32 = false;
                backends.cudnn.allow_tf32 = false;
                s_applied = true;
            }

            s_mostThreads = threads ?? ProcessorQuota.Threads();
            UseThreads(s_mostThreads);
        }
    }

    /// <summary>
    /// Sets the number of threads of the calling thread's next operations by their arithmetic, up to the number that <see cref="Apply"/> set: small
    /// operations gain nothing by a second thread, which then only spins.
    /// </summary>
    /// <param name="multiplyAdds">Multiply-adds of the operations together, those of a latent group for example (<see cref="MultiplyAdds"/>).</param>
    /// <param name="sharers">Threads that run operations at the same time, the calling one included: each gets its part of the number.</param>
    /// <returns>The threads set, over the number that there is.</returns>
    public static double UseThreadsFor(double multiplyAdds, int sharers = 1)
    {
        int most = s_mostThreads;
        int threads = Math.Max(1, (int)Math.Min(most / sharers, multiplyAdds / WorkOfAThread));
        UseThreads(threads);
        return (double)threads / Math.Max(most, sharers);
    }

    private static void UseThreads(int threads)
    {
        if (t_threads == 0)
        {
            FlushDenormals();
        }

        if (t_threads != threads)
        {
            set_num_threads(threads);
            t_threads = threads;
        }
    }

    /// <summary>
    /// Takes numbers below the normal range as zero on the calling thread, and on those of libtorch's pool that it starts later: processors compute with them twice (AMD) to
    /// many times (Intel) slower, and the exponentials in GELU and its gradient give such numbers.
    /// </summary>
    private static void FlushDenormals()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return;
        }

        // <fenv.h> of glibc for x86-64: the environment of the x87 unit, then MXCSR.
        Span<uint> environment = stackalloc uint[8];
        if (GetFloatingPoint(environment) == 0)
        {
            environment[^1] |= FlushToZero | DenormalsAreZero;
            _ = SetFloatingPoint(environment);
        }
    }

    /// <summary>
    /// By default glibc maps each large buffer anew and gives it back when freed, so that every activation of some megabytes pays for
    /// fresh, zeroed pages: more than half of the time of the wide elementwise operations. From the heap, buffers are used again. One arena,
    /// since those of other threads can't hold buffers above 32 MiB.
    /// </summary>
    private static void KeepLargeBuffers()
    {
        if (UsesHeapsOfGlibc)
        {
            _ = SetAllocatorOption(MostMaps, 0);
            _ = SetAllocatorOption(MostArenas, 1);
            _ = SetAllocatorOption(TrimThreshold, int.MaxValue);
        }
    }

    private static bool FindsAllocatorInGlibc() =>
        OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad("libc.so.6", out nint library)
        && NativeLibrary.GetExport(library, "malloc") == NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "malloc");

    [LibraryImport("libm.so.6", EntryPoint = "fegetenv")]
    private static partial int GetFloatingPoint(Span<uint> environment);

    [LibraryImport("libm.so.6", EntryPoint = "fesetenv")]
    private static partial int SetFloatingPoint(Span<uint> environment);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocatorOption(int option, int value);
}

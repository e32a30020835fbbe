using System.Runtime.InteropServices;

namespace Cvdvae.Model.Runtime;

/// <summary>
/// Threads that run networks on a processor. Where no other allocator was preloaded, glibc binds each thread to one of its heaps; all but the main one end at 64 MiB, and give memory back to the system as soon as it is freed,
/// so that every large activation pays for fresh pages again: a quarter of the time of a large decode. The .NET runtime's own threads have made such heaps before any of
/// our code runs, and a new thread gets the next one in turn, so threads are made until one has the main heap.
/// </summary>
public static partial class TorchThread
{
    private const int PriorityOfThread = 0;

    // More than glibc makes heaps for the threads of a runtime that has just started.
    private const int MostAttempts = 128;

    // Larger than what glibc keeps for a thread without looking at its heap.
    private const int ProbeBytes = 1 << 20;

    // The flag in the size in front of a block that says that it is not of the main heap (NON_MAIN_ARENA in glibc's malloc.c).
    private const long OtherHeap = 4;

    /// <summary>Starts a background thread that has the main heap.</summary>
    /// <param name="body">What it does.</param>
    /// <param name="name">Its name.</param>
    /// <param name="niceness">How far it gives way to other threads on a busy processor, 0 (not at all) to 19; on Linux only.</param>
    public static void Start(Action body, string name, int niceness = 0)
    {
        // Those that were not lucky wait, so that their heaps are not handed out again.
        var found = new ManualResetEventSlim();
        Start(MostAttempts);

        void Start(int attempts) => new Thread(() =>
        {
            if (attempts == 0 || HasMainHeap())
            {
                found.Set();
                if (niceness > 0 && OperatingSystem.IsLinux())
                {
                    // Of the calling thread and those that it starts; .NET's thread priorities do nothing on Linux. Without it the thread runs as well.
                    _ = SetPriority(PriorityOfThread, 0, niceness);
                }

                body();
                return;
            }

            Start(attempts - 1);
            found.Wait();
        })
        { IsBackground = true, Name = name }.Start();
    }

    /// <summary>
    /// Runs something on such a thread that ends with it. OpenMP keeps a team of threads for each thread that has ever run an operation on several; when there are more of them
    /// than processors, all of them sleep between two operations instead of waiting for the next one (libgomp, <c>gomp_throttled_spin_count_var</c>), and waking them takes longer than
    /// many an operation. A thread's team ends with it.
    /// </summary>
    /// <param name="body">What it does.</param>
    /// <param name="name">The thread's name.</param>
    public static Task<T> RunAsync<T>(Func<T> body, string name) => Run(new Task<T>(body, TaskCreationOptions.RunContinuationsAsynchronously), name);

    /// <inheritdoc cref="RunAsync{T}(Func{T}, string)"/>
    public static Task RunAsync(Action body, string name) => Run(new Task(body, TaskCreationOptions.RunContinuationsAsynchronously), name);

    /// <summary>Whether the calling thread allocates from the main heap; true where the allocator is not glibc's.</summary>
    internal static bool HasMainHeap()
    {
        if (!Environment.Is64BitProcess || !TorchRuntime.UsesHeapsOfGlibc)
        {
            return true;
        }

        nint block = Marshal.AllocHGlobal(ProbeBytes);
        bool isOther = (Marshal.ReadInt64(block, -sizeof(long)) & OtherHeap) != 0;
        Marshal.FreeHGlobal(block);
        return !isOther;
    }

    private static T Run<T>(T task, string name)
        where T : Task
    {
        Start(() => task.RunSynchronously(TaskScheduler.Default), name);
        return task;
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int niceness);
}

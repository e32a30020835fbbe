namespace Cvdvae.TestUtils;

/// <summary>Limits for what tests wait for: generous, since they may share few processors.</summary>
public static class InTime
{
    /// <summary>How long a test waits for anything.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(120);

    /// <summary>The task, or a <see cref="TimeoutException"/>.</summary>
    public static Task WithinLimit(this Task task) => task.WaitAsync(Limit);

    /// <summary>The task, or a <see cref="TimeoutException"/>.</summary>
    public static Task<T> WithinLimit<T>(this Task<T> task) => task.WaitAsync(Limit);

    /// <summary>Waits until something holds.</summary>
    /// <exception cref="TimeoutException">It did not in time.</exception>
    public static Task Until(Func<bool> holds) => Until(() => Task.FromResult(holds()));

    /// <summary>Waits until something holds.</summary>
    /// <exception cref="TimeoutException">It did not in time.</exception>
    public static async Task Until(Func<Task<bool>> holds)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!await holds().WaitAsync(Limit))
        {
            if (TimeProvider.System.GetElapsedTime(start) > Limit)
            {
                throw new TimeoutException("what was waited for did not come about");
            }

            await Task.Delay(10);
        }
    }
}

using Microsoft.Extensions.Logging;

namespace Cvdvae.Scheduling;

internal static partial class SchedulerLog
{
    [LoggerMessage(1, LogLevel.Warning, "Out of device memory with {Rows} rows of {Plan} at group {Group}: going on with smaller batches")]
    public static partial void OutOfMemory(this ILogger logger, int rows, string plan, int group);

    [LoggerMessage(2, LogLevel.Error, "The device failed for {Rows} rows of {Plan} at group {Group}: their requests end")]
    public static partial void DeviceFailed(this ILogger logger, Exception error, int rows, string plan, int group);

    [LoggerMessage(3, LogLevel.Error, "The device failed to release {Rows} rows")]
    public static partial void ReleaseFailed(this ILogger logger, Exception error, int rows);

    [LoggerMessage(4, LogLevel.Error, "The observer of request {Id} failed")]
    public static partial void ObserverFailed(this ILogger logger, Exception error, string id);

    [LoggerMessage(5, LogLevel.Critical, "The scheduler failed: all of its requests end")]
    public static partial void SchedulerFailed(this ILogger logger, Exception error);
}

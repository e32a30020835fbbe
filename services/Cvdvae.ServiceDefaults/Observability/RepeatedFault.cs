namespace Cvdvae.ServiceDefaults.Observability;

/// <summary>
/// Decides which of many equal failures are worth a log line: the first, then one a minute, with how many were left out in between. For one source of failures, asked
/// by one caller at a time.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class RepeatedFault(TimeProvider time)
{
    /// <summary>Time between two lines.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private long _first;
    private long _told;

    /// <summary>Whether it fails at the moment.</summary>
    public bool Lasts { get; private set; }

    /// <summary>How many failures had no line since the last one that had.</summary>
    public int LeftOut { get; private set; }

    /// <summary>For how long it fails; zero at the first failure.</summary>
    public TimeSpan Duration => Lasts ? time.GetElapsedTime(_first) : TimeSpan.Zero;

    /// <summary>Notes a failure.</summary>
    /// <param name="leftOut">If it is told: how many were not before it; 0 for the first of all.</param>
    /// <returns>Whether to tell it.</returns>
    public bool Failed(out int leftOut)
    {
        long now = time.GetTimestamp();
        leftOut = LeftOut;
        if (!Lasts)
        {
            (Lasts, _first, _told, LeftOut) = (true, now, now, 0);
            return true;
        }

        if (time.GetElapsedTime(_told, now) < Interval)
        {
            LeftOut++;
            return false;
        }

        (_told, LeftOut) = (now, 0);
        return true;
    }

    /// <summary>Notes that all is well.</summary>
    /// <returns>Whether it was not before.</returns>
    public bool Recovered()
    {
        bool before = Lasts;
        (Lasts, LeftOut) = (false, 0);
        return before;
    }
}

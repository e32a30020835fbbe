using System.Runtime.InteropServices;
using Cvdvae.ModelHosting.Repository;
using Xunit;

namespace Cvdvae.ModelHosting.Tests.Repository;

public sealed partial class FolderStateTests : IDisposable
{
    private const uint Nobody = 65534;
    private readonly RepositoryFixture _models = new();

    [Fact]
    public void Find_FoldersThatMayNotBeRead_ArePassedOverAndNamed()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("files have other rights elsewhere");
            return;
        }

        _models.Create("tiny");
        string volume = Directory.CreateDirectory(_models.Folder("lost+found"), UnixFileMode.None).FullName;
        string model = _models.Folder("secret");
        _models.Create("secret", name: "secret");
        File.SetUnixFileMode(model, UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

        // Of temporary folders the owner alone may read.
        File.SetUnixFileMode(_models.Folder(""), (UnixFileMode)0b111_101_101);
        List<string> unreadable = [];
        IReadOnlyList<FolderState> found = [];

        AsNobody(() => found = FolderState.Find(_models.Folder(""), unreadable));

        Assert.Equal([_models.Folder("tiny")], found.Select(state => state.FolderPath));
        Assert.Equal([volume, model], unreadable.Order(StringComparer.Ordinal));
        File.SetUnixFileMode(model, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => _models.Dispose();

    // What root may read or not is no question; the rights are of a thread, and this one ends.
    private static void AsNobody(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            if (Environment.IsPrivilegedProcess)
            {
                _ = SetUser(Nobody);
            }

            failure = Record.Exception(action);
        });
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromSeconds(30)));
        Assert.Null(failure);
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetUser(uint user);
}

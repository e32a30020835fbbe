namespace Cvdvae.TestUtils;

/// <summary>Where the programs of this solution lie, as built together with the tests.</summary>
public static class BuildOutput
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The program of a project, in the configuration of the tests.</summary>
    /// <param name="project">Folder of the project below the root, for example <c>services/Cvdvae.Gateway</c>.</param>
    /// <param name="name">Name of the program.</param>
    /// <exception cref="FileNotFoundException">It is not built.</exception>
    public static string Program(string project, string name)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string path = Path.Combine(Root, project, "bin", framework.Parent!.Name, framework.Name, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: build the solution first", path);
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CvdvaeGrpc.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} holds CvdvaeGrpc.sln");
    }
}

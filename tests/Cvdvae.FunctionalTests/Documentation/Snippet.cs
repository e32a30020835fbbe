namespace Cvdvae.FunctionalTests.Documentation;

/// <summary>A program in a page of the documentation.</summary>
/// <param name="Heading">The heading above it.</param>
/// <param name="Language">Its language, as the fence names it.</param>
/// <param name="Code">The program.</param>
internal sealed record Snippet(string Heading, string Language, string Code);

namespace Cvdvae.Model.Configuration;

/// <summary>One entry of a block string: <c>32x4</c> (four blocks at 32), <c>32d2</c> (a block at 32, then pooled by 2) or <c>32m16</c> (a block at 32 that takes in 16).</summary>
/// <param name="Resolution">Side of the square feature map in pixels that the block works at.</param>
/// <param name="DownRate">Pooling factor at the end of a bottom-up block, or null.</param>
/// <param name="Mixin">Resolution whose features a top-down block adds first, upsampled, or null.</param>
public sealed record BlockSpec(int Resolution, int? DownRate = null, int? Mixin = null);

using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Marks one required symbol version of a 64-bit little-endian ELF file as weak, so that the loader only warns where the
/// system's library does not define it (VER_FLG_WEAK, "Symbol Versioning" in the Linux Standard Base).
/// </summary>
public sealed class RelaxCxxLibraryVersion : Task
{
    private const int SectionTypeVersionNeed = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort WeakFlag = 0x2;

    [Required]
    public string Library { get; set; }

    [Required]
    public string VersionName { get; set; }

    public override bool Execute()
    {
        byte[] file = File.ReadAllBytes(Library);
        if (!Relax(file))
        {
            return true; // no such version, or weak already
        }

        string replacement = Library + ".mended";
        File.WriteAllBytes(replacement, file);
        File.Delete(Library);
        File.Move(replacement, Library);
        Log.LogMessage(MessageImportance.High, "{0}: {1} is now optional", Path.GetFileName(Library), VersionName);
        return true;
    }

    private bool Relax(byte[] file)
    {
        if (file.Length < 64 || file[0] != 0x7f || file[1] != 'E' || file[4] != 2 || file[5] != 1)
        {
            return false;
        }

        long sectionTable = BitConverter.ToInt64(file, 0x28);
        int sectionSize = BitConverter.ToUInt16(file, 0x3a);
        int sectionCount = BitConverter.ToUInt16(file, 0x3c);
        for (int index = 0; index < sectionCount; index++)
        {
            int header = (int)sectionTable + index * sectionSize;
            if (BitConverter.ToInt32(file, header + 4) == SectionTypeVersionNeed)
            {
                int link = (int)sectionTable + BitConverter.ToInt32(file, header + 0x28) * sectionSize;
                int strings = (int)BitConverter.ToInt64(file, link + 0x18);
                return RelaxSection(file, (int)BitConverter.ToInt64(file, header + 0x18), strings);
            }
        }

        return false;
    }

    private bool RelaxSection(byte[] file, int need, int strings)
    {
        while (true)
        {
            int auxiliaries = BitConverter.ToUInt16(file, need + 2);
            int auxiliary = need + BitConverter.ToInt32(file, need + 8);
            for (int index = 0; index < auxiliaries; index++)
            {
                ushort flags = BitConverter.ToUInt16(file, auxiliary + 4);
                if (NameAt(file, strings + BitConverter.ToInt32(file, auxiliary + 8)) == VersionName)
                {
                    file[auxiliary + 4] |= (byte)WeakFlag;
                    return (flags & WeakFlag) == 0;
                }

                auxiliary += BitConverter.ToInt32(file, auxiliary + 12);
            }

            int next = BitConverter.ToInt32(file, need + 12);
            if (next == 0)
            {
                return false;
            }

            need += next;
        }
    }

    private static string NameAt(byte[] file, int offset)
    {
        int end = Array.IndexOf(file, (byte)0, offset);
        return Encoding.ASCII.GetString(file, offset, end - offset);
    }
}

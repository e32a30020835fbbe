"""
Tests of make_reference.py. Run: python3 -m unittest -v (in this folder).

The complete run needs clones of the official programs: VDVAE_CLONE=FOLDER SRVDVAE_CLONE=FOLDER.
"""

import contextlib
import importlib.util
import io
import os
import pathlib
import pickle
import sys
import tempfile
import unittest

import make_reference

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "Cvdvae.TestUtils", "Fixtures")
HAS_NUMPY = importlib.util.find_spec("numpy") is not None
HAS_TORCH = HAS_NUMPY and importlib.util.find_spec("torch") is not None
CLONES = [os.environ.get(name) for name in ("VDVAE_CLONE", "SRVDVAE_CLONE")]


class CreatesFile:
    """A pickle of this creates a file when it is loaded by a reader that runs what it says."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


class WithArguments:
    """An object of a class of its own, with state, in the ways that pickle knows."""

    def __reduce__(self):
        return WithArguments, (), {"rate": 1e-4}, iter([1, 2]), iter([("key", "value")])


class FolderTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, content=b""):
        with open(self.path(name), "wb") as file:
            file.write(content)
        return self.path(name)


class ArgumentTests(FolderTest):
    def refused(self, *arguments):
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors), self.assertRaises(SystemExit) as exit_:
            make_reference.main(arguments)
        self.assertEqual(2, exit_.exception.code)
        return errors.getvalue()

    def required(self):
        return ["--vdvae", self.folder, "--checkpoint", self.file("model.th"), "--hparams", "ffhq256", "--output", self.path("io.safetensors")]

    def test_parse_required_given_fills_in_defaults(self):
        options = make_reference.parse(self.required())
        self.assertEqual((2, 0, None), (options.count, options.seed, options.srvdvae))

    def test_parse_nothing_names_what_is_required(self):
        self.assertIn("--vdvae", self.refused())

    def test_parse_no_checkpoint_is_refused(self):
        self.assertIn("--checkpoint is missing", self.refused("--vdvae", self.folder, "--hparams", "ffhq256", "--output", "io"))

    def test_parse_missing_checkpoint_file_is_named(self):
        self.assertIn("nowhere.th", self.refused("--vdvae", self.folder, "--checkpoint", "nowhere.th", "--hparams", "ffhq256", "--output", "io"))

    def test_parse_missing_clone_is_named(self):
        self.assertIn("there is no folder nowhere", self.refused(*self.required(), "--vdvae", "nowhere"))

    def test_parse_clone_without_conditional_checkpoint_is_refused(self):
        self.assertIn("belong together", self.refused(*self.required(), "--srvdvae", self.folder))

    def test_parse_count_of_zero_is_refused(self):
        self.assertIn("--count is 0", self.refused(*self.required(), "--count", "0"))

    def test_parse_inputs_and_images_are_refused(self):
        self.assertIn("use one", self.refused(*self.required(), "--images", self.folder, "--inputs", self.file("io")))


@unittest.skipUnless(HAS_NUMPY, "numpy is not installed")
class SafetensorsTests(FolderTest):
    def test_write_then_read_gives_the_same_arrays(self):
        import numpy
        import safetensors_file
        written = {
            "levels": numpy.arange(24, dtype=numpy.uint8).reshape(2, 3, 4),
            "strided": numpy.arange(6, dtype=numpy.float32).reshape(2, 3).T,
            "scalar": numpy.array(1.5, numpy.float64),
            "none": numpy.zeros((0, 3), numpy.int64),
            "big-endian": numpy.array([1, -2], ">i4"),
        }
        safetensors_file.write(self.path("t.safetensors"), written, {"seed": 3})
        read = safetensors_file.read(self.path("t.safetensors"))
        self.assertEqual(list(written), list(read))
        for name, array in written.items():
            self.assertEqual((array.shape, array.dtype.newbyteorder("=")), (read[name].shape, read[name].dtype.newbyteorder("=")))
            numpy.testing.assert_array_equal(array, read[name])
        self.assertEqual(["t.safetensors"], os.listdir(self.folder))

    def test_write_starts_the_data_at_a_multiple_of_eight(self):
        import numpy
        import safetensors_file
        for name in ("a", "ab", "abc"):
            safetensors_file.write(self.path(name), {name: numpy.zeros(1, numpy.float32)})
            self.assertEqual(4, os.path.getsize(self.path(name)) % 8)

    def test_write_unknown_type_leaves_no_file(self):
        import numpy
        import safetensors_file
        with self.assertRaisesRegex(ValueError, "complex"):
            safetensors_file.write(self.path("t"), {"z": numpy.zeros(1, numpy.complex64)})
        self.assertEqual([], os.listdir(self.folder))

    def test_read_other_file_is_refused(self):
        import safetensors_file
        for content in (b"", b"short", b"\xff" * 64, b"\x02" + bytes(7) + b"no"):
            with self.assertRaisesRegex(ValueError, "not a safetensors file"):
                safetensors_file.read(self.file("t", content))


@unittest.skipUnless(HAS_TORCH, "PyTorch is not installed")
class CheckpointTests(FolderTest):
    def load(self, content, **options):
        import checkpoint
        import torch
        torch.save(content, self.path("c"), **options)
        return checkpoint.load(self.path("c"))

    def test_load_file_that_runs_code_runs_nothing(self):
        import torch
        for index, options in enumerate(({}, {"_use_new_zipfile_serialization": False})):
            trap = self.path(f"trap{index}")
            tensors = self.load({"state_dict": {"w": torch.ones(2)}, "hyper_parameters": CreatesFile(trap)}, **options)
            self.assertEqual([1, 1], tensors["w"].tolist())
            self.assertFalse(os.path.exists(trap))

    def test_load_plain_pickle_that_runs_code_runs_nothing(self):
        import checkpoint
        trap = self.path("trap")
        path = self.file("c", pickle.dumps(CreatesFile(trap)))
        with self.assertRaisesRegex(ValueError, "not a checkpoint of PyTorch"):
            checkpoint.load(path)
        self.assertFalse(os.path.exists(trap))

    def test_load_trap_shows_when_it_is_run(self):
        pickle.loads(pickle.dumps(CreatesFile(self.path("trap")))).close()
        self.assertTrue(os.path.exists(self.path("trap")))

    def test_load_objects_of_other_classes_are_passed_over(self):
        import numpy
        import torch
        odd = {"a": WithArguments(), "b": [WithArguments], "c": torch.float16, "d": {WithArguments()}, "e": numpy.float32(1), "f": pathlib.Path("x")}
        for options in ({}, {"_use_new_zipfile_serialization": False}):
            tensors = self.load({"state_dict": {"cvae.module.w": torch.arange(3)}, "hyper_parameters": odd, "callbacks": {"x": WithArguments()}}, **options)
            self.assertEqual(["w"], list(tensors))
            self.assertEqual([0, 1, 2], tensors["w"].tolist())

    def test_load_parameters_and_strides_come_out_as_plain_float_tensors(self):
        import torch
        tensors = self.load({"module.p": torch.nn.Parameter(torch.ones(2)), "module.t": torch.arange(6.0).half().reshape(2, 3).t()})
        self.assertFalse(tensors["p"].requires_grad)
        self.assertEqual([[0, 3], [1, 4], [2, 5]], tensors["t"].tolist())
        self.assertEqual(torch.float32, tensors["t"].dtype)

    def test_load_every_cut_of_a_file_is_refused(self):
        import checkpoint
        import torch
        for zipped in (True, False):
            torch.save({"w": torch.ones(4)}, self.path("whole"), _use_new_zipfile_serialization=zipped)
            with open(self.path("whole"), "rb") as file:
                whole = file.read()
            for length in range(0, len(whole) - 1, 7):
                with self.assertRaises(ValueError):
                    checkpoint.load(self.file("cut", whole[:length]))

    def test_load_file_without_tensors_is_refused(self):
        with self.assertRaisesRegex(ValueError, "no dict of tensors"):
            self.load({"epoch": 3})

    def test_load_fixtures_gives_the_prior_of_the_conditional_checkpoint(self):
        import checkpoint
        import official
        for name in ("tiny", "tinylegacy"):
            prior = checkpoint.load(os.path.join(FIXTURES, f"{name}-vdvae.th"))
            conditional = checkpoint.load(os.path.join(FIXTURES, f"{name}-srvdvae.ckpt"))
            official.check_same_prior(prior, conditional)
            changed = dict(conditional, **{"decoder.gain": conditional["decoder.gain"] + 1})
            with self.assertRaisesRegex(ValueError, "decoder.gain differs"):
                official.check_same_prior(prior, changed)


@unittest.skipUnless(HAS_TORCH, "PyTorch is not installed")
class CloneTests(FolderTest):
    def test_import_clone_two_clones_get_their_own_modules_and_stay_as_they_are(self):
        import official
        for clone in ("one", "two"):
            os.mkdir(self.path(clone))
            self.file(f"{clone}/vae_helpers.py", f"name = '{clone}'\n".encode())
            self.file(f"{clone}/vae.py", b"from vae_helpers import name\n")
        before = set(sys.modules), list(sys.path), sys.dont_write_bytecode
        imported = [official.import_clone(self.path(clone), "vae") for clone in ("one", "two")]
        self.assertEqual([("one", "one"), ("two", "two")], [(main.name, helpers.name) for main, helpers in imported])
        self.assertEqual(before, (set(sys.modules), list(sys.path), sys.dont_write_bytecode))
        self.assertEqual({"vae.py", "vae_helpers.py"}, set(os.listdir(self.path("one"))))

    def test_import_clone_other_folder_is_refused(self):
        import official
        with self.assertRaisesRegex(ValueError, "no vae.py"):
            official.import_clone(self.folder, "vae")

    def test_uniforms_end_gives_torch_its_own_back(self):
        import torch
        from recorded_noise import uniforms
        original = torch.Tensor.uniform_
        with uniforms(lambda index, shape, low, high: index + low):
            self.assertEqual([0.25, 1.25], [torch.empty(1).uniform_(0.25, 0.75).item() for _ in range(2)])
        self.assertIs(original, torch.Tensor.uniform_)

    def test_read_hyperparameters_official_name_has_the_pixel_normalization(self):
        import official
        self.assertEqual(-112.8666757481, official.read_hyperparameters("ffhq256").shift)

    def test_read_hyperparameters_missing_fields_are_named(self):
        import official
        with self.assertRaisesRegex(ValueError, "lacks zdim, image_size"):
            official.read_hyperparameters(self.file("h.json", b'{"width": 8}'))


@unittest.skipUnless(HAS_TORCH, "PyTorch is not installed")
@unittest.skipUnless(all(CLONES), "VDVAE_CLONE and SRVDVAE_CLONE do not name clones of the official programs")
class CompleteRunTests(FolderTest):
    def make(self, name, output, *more):
        fixture = os.path.join(FIXTURES, name)
        with contextlib.redirect_stdout(io.StringIO()):
            status = make_reference.main([
                "--vdvae", CLONES[0], "--checkpoint", f"{fixture}-vdvae.th", "--hparams", f"{fixture}-config.json", "--output", self.path(output),
                "--srvdvae", CLONES[1], "--conditional-checkpoint", f"{fixture}-srvdvae.ckpt", *more])
        self.assertEqual(0, status)
        import safetensors_file
        return safetensors_file.read(self.path(output))

    def test_run_inputs_of_a_fixture_give_its_tensors(self):
        import numpy
        import safetensors_file
        for name in ("tiny", "tinylegacy"):
            inputs = os.path.join(FIXTURES, f"{name}-io.safetensors")
            expected, actual = safetensors_file.read(inputs), self.make(name, "io.safetensors", "--inputs", inputs)
            self.assertEqual(set(expected), set(actual))
            for tensor, values in expected.items():
                self.assertEqual((values.shape, values.dtype), (actual[tensor].shape, actual[tensor].dtype), tensor)
                numpy.testing.assert_allclose(actual[tensor], values, rtol=0, atol=1e-4 * numpy.abs(values.astype("f8")).max(), err_msg=tensor)

    def test_run_same_seed_gives_the_same_file(self):
        self.make("tiny", "a", "--seed", "5", "--count", "3")
        self.make("tiny", "b", "--seed", "5", "--count", "3")
        tensors = self.make("tiny", "c", "--seed", "6", "--count", "3")
        self.assertEqual((3, 32, 32, 3), tensors["x.u8"].shape)
        contents = []
        for name in "abc":
            with open(self.path(name), "rb") as file:
                contents.append(file.read())
        self.assertEqual(contents[0], contents[1])
        self.assertNotEqual(contents[0], contents[2])


if __name__ == "__main__":
    unittest.main()

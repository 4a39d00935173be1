// Folders of pictures, a class a folder:
//
//   pets/cat/1.jpg  pets/cat/2.png ...  pets/dog/1.jpg ...
//   pets/train/cat/..., pets/test/cat/...        where the test pictures are set apart
//
//   auto pets = lithe::load_image_folder("pets", {.height = 32, .width = 32}, cache);
//   lithe::Trainer trainer(model, pets.data.train, pets.data.test, {});
//
// PNG and JPEG, told apart by their first bytes, not by their names. They are decoded once, on all
// processors, into a file that later runs map into memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "lithe/dataset.h"

namespace lithe {

// How a picture is brought to the size of the others.
enum class Resize {
  crop,     // scaled until it covers the size, its middle kept: proportions stay, edges go
  pad,      // scaled until it lies within, the rest in the colour of its border
  stretch,  // each side by itself
};

struct ImageOptions {
  std::size_t height = 0, width = 0;  // 0: all pictures have one size, and keep it
  Resize resize = Resize::crop;
  std::size_t channels = 0;  // 1: grey; 3: red, green, blue; 0: as the pictures have, all the same
  bool skip_broken = false;  // leave out what cannot be read, instead of refusing all
  std::uint64_t max_pixels = std::uint64_t{1} << 26;  // of a picture, before it is decoded
  double test_share = 0.2;  // of each class, where no test folder sets it apart
  std::uint64_t seed = 1;   // of that choice
  std::size_t threads = 0;  // 0: all processors
  // The classes by number, where they are those of a model; else the folders' names in order. A
  // folder may lack some of these, and must have no others.
  std::vector<std::string> class_names = {};
  bool for_training = true;  // refuse a folder of one class, and a class without a picture
  // Called now and then by one thread; false stops with Error(interrupted).
  std::function<bool(std::size_t done, std::size_t total)> progress = {};
};

struct ImageFolder {
  Dataset data;                      // examples of {height, width} or {height, width, 3} bytes
  std::vector<std::string> skipped;  // "path: why", with skip_broken
  bool from_cache = false;           // nothing had to be decoded
};

// Whether `path` is a folder of folders with PNG or JPEG pictures.
bool is_image_folder(const std::filesystem::path& path);

// `cache` is the folder for decoded pictures. Throws Error(data) that lists the pictures that
// cannot be read, and for folders that make no data set; Error(io) for what cannot be read or
// written.
ImageFolder load_image_folder(const std::filesystem::path& path, const ImageOptions& options,
                              const std::filesystem::path& cache);

}  // namespace lithe

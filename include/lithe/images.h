// Folders of pictures, a class a folder:
//
//   pets/cat/1.jpg  pets/cat/2.png ...  pets/dog/1.jpg ...
//   pets/train/cat/..., pets/test/cat/...        where the test pictures are set apart (if there
//                                                is no test, val, valid or validation is taken);
//                                                nothing else may stand beside them
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

struct ImageOptions {
  std::size_t height = 0, width = 0;  // 0: all pictures have one size, and keep it
  Resize resize = Resize::crop;
  // 1: grey; 3: red, green, blue; 0: as the pictures have, all the same. Ink needs 1.
  std::size_t channels = 0;
  bool skip_broken = false;  // leave out what cannot be read, instead of refusing all
  std::uint64_t max_pixels = std::uint64_t{1} << 26;  // of a picture, before it is decoded
  double test_share = 0.2;  // of each class, where no test folder sets it apart; 0 none, 1 all
  std::uint64_t seed = 1;   // of that choice
  std::size_t threads = 0;  // 0: all processors
  // Refuse a folder of one class, and a class without a picture to learn from. Else pictures in no
  // folder of their own are one class, named as the folder they are in.
  bool for_training = true;
  // Called now and then by one thread; false stops with Error(io).
  std::function<bool(std::size_t done, std::size_t total)> progress = {};
};

struct ImageFolder {
  Dataset data;                      // examples of {height, width} or {height, width, 3} bytes
  std::vector<std::string> skipped;  // with skip_broken: "path: why"; from the cache the path alone
  bool from_cache = false;           // nothing had to be decoded
};

// Whether `path` is a folder with PNG or JPEG pictures in it or below, by their names, and none
// with the files of IDX or CIFAR.
bool is_image_folder(const std::filesystem::path& path);

// Whether the folder sets its test pictures apart.
bool has_test_folder(const std::filesystem::path& path);

// `cache` is the folder for decoded pictures. Throws Error(data) that lists the pictures that
// cannot be read, and for folders that make no data set; Error(io) for what cannot be read or
// written.
ImageFolder load_image_folder(const std::filesystem::path& path, const ImageOptions& options,
                              const std::filesystem::path& cache);

// The decoded pictures that `cache` (a data folder) keeps for later runs. Nothing else lies there
// that needs them: what is removed is decoded anew when it is asked for.
struct DecodedPictures {
  std::size_t files = 0;  // one for each folder and form
  std::uint64_t bytes = 0;
};
DecodedPictures find_decoded_pictures(const std::filesystem::path& cache);
// Returns what was removed. Files of other names are left alone. A program that uses one meanwhile
// keeps it until it ends. Throws Error(io) where one cannot be removed.
DecodedPictures remove_decoded_pictures(const std::filesystem::path& cache);

}  // namespace lithe

// Folders of pictures, one folder for each class:
//
//   pets/cat/1.jpg  pets/cat/2.png ...  pets/dog/1.jpg ...
//   pets/Training/cat/..., pets/Testing/cat/...  with test pictures of their own: in test, testing,
//                                                eval, val, valid, dev and the like, in any case
//
//   auto pets = lithe::load_image_folder("pets", {.height = 32, .width = 32}, cache);
//   for (const std::string& line : lithe::describe(pets)) puts(line.c_str());
//   lithe::Trainer trainer(model, pets.data.train, pets.data.test, {});
//
// Files are recognized as PNG, JPEG, WebP, GIF (the first frame) or BMP by their first bytes, not
// by their names. They are decoded once, on all processors, into a cache file that later runs map
// into memory. Symbolic links to files and folders are followed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lithe/dataset.h"

namespace lithe {

// What becomes of a folder for validation where there are one to train on and one to test on.
// (Where there is none to test on, it is what is tested on.)
enum class ValidationFolder { train, test, none };
std::string_view name(ValidationFolder use);
ValidationFolder parse_validation_folder(std::string_view text);  // throws Error(usage)

struct ImageOptions {
  // 0: pictures of one size, if it is at most 128 x 128, keep it; larger ones are brought to a
  // longer side of 64; of several sizes, all are brought to a square with a side of at most 64.
  std::size_t height = 0, width = 0;
  Resize resize = Resize::crop;
  // 1: grey; 3: red, green, blue; 0: 3 where one of the pictures has colours, else 1.
  // Resize::ink needs 1.
  std::size_t channels = 0;
  bool skip_broken = false;  // leave out files that cannot be read, instead of throwing
  std::uint64_t max_pixels = std::uint64_t{1} << 26;  // of a picture; checked before decoding
  double test_share = 0.2;  // of each class, if there is no test folder; 0: none, 1: all
  std::uint64_t seed = 1;   // of that choice
  ValidationFolder validation = ValidationFolder::train;
  std::size_t threads = 0;  // 0: all processors
  // On: a folder of one class, or a class without training pictures, is an error. Off: pictures
  // that lie directly in `path` are one class with the name of that folder.
  bool for_training = true;
  // Called from time to time by one thread; false stops with Error(io).
  std::function<bool(std::size_t done, std::size_t total)> progress = {};
};

// Something that was decided about a folder.
struct PictureNote {
  bool warning = false;  // it may be wrong, and `remedy` says what settles it
  std::string text;      // "2 files are left out: cat/notes.txt: not named as a picture is, ..."
  std::string remedy;
};

struct ImageFolder {
  // Examples of {height, width} or {height, width, 3} bytes. In memory, the rows to test on follow
  // those to train on.
  Dataset data;
  std::vector<std::string> train_files, test_files;  // of the rows, below the folder
  std::vector<std::string> skipped;                  // with skip_broken: "path: why"
  std::string train_from, test_from;  // the folders that set the parts apart; empty: drawn
  std::vector<PictureNote> notes;
  bool from_cache = false;  // whether nothing had to be decoded
};

// What was understood, in lines for a person: the folder and the form of its pictures, the classes
// with their pictures, what is held out and how, and the notes.
std::vector<std::string> describe(const ImageFolder& folder);
// The same as a JSON object.
std::string describe_json(const ImageFolder& folder);

// The files in a folder and below it that load_image_folder() would take for pictures, by name, and
// as "path: why" those that it would leave out. Throws Error(io) where it cannot be read.
struct PictureFiles {
  std::vector<std::filesystem::path> files;
  std::vector<std::string> left_out;
};
PictureFiles pictures_in(const std::filesystem::path& folder);

// Whether `path` is a folder that contains, at any depth, files named as pictures, and is not a
// folder of IDX or CIFAR files.
bool is_image_folder(const std::filesystem::path& path);

// Whether the folder has a folder for test pictures.
bool has_test_folder(const std::filesystem::path& path);

// `cache` is the folder for decoded pictures. Throws Error(data) with a list of the pictures that
// cannot be read, or for a folder that is not a data set; Error(io) if files or folders cannot be
// read or written.
ImageFolder load_image_folder(const std::filesystem::path& path, const ImageOptions& options,
                              const std::filesystem::path& cache);

// The decoded pictures that `cache` (a data folder) keeps for later runs. They can be removed at
// any time: pictures are decoded again when they are needed.
struct DecodedPictures {
  std::size_t files = 0;  // one for each folder and each set of options
  std::uint64_t bytes = 0;
};
DecodedPictures find_decoded_pictures(const std::filesystem::path& cache);
// Returns what was removed. Other files in the folder are not touched. A program that is using a
// file keeps it until it ends. Throws Error(io) if a file cannot be removed.
DecodedPictures remove_decoded_pictures(const std::filesystem::path& cache);

}  // namespace lithe

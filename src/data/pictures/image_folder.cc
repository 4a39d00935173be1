// Loads folders of pictures: lists them, decodes them into the cache, and maps it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "base/mapped_file.h"
#include "data/files/data_folder.h"
#include "data/files/digest.h"
#include "data/pictures/choose_form.h"
#include "data/pictures/cifar.h"
#include "data/pictures/folder_walk.h"
#include "data/pictures/idx_folder.h"
#include "data/pictures/image_cache.h"
#include "data/pictures/image_decoding.h"
#include "data/pictures/image_listing.h"
#include "data/pictures/split_folders.h"
#include "lithe/error.h"
#include "lithe/images.h"

namespace lithe {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostResized = std::uint64_t{1} << 24;  // pixels that a size may ask for

[[noreturn]] void misuse(const std::string& problem, const char* option, const char* remedy) {
  throw Error(ErrorKind::usage, problem, option, remedy);
}

void check(const ImageOptions& o) {
  if ((o.height == 0) != (o.width == 0) || (o.height > 0 && o.width > kMostResized / o.height))
    misuse(fmt::format("pictures of {} x {}", o.height, o.width), "--size",
           "two sides, with at most 16 million pixels");
  if (o.channels != 0 && o.channels != 1 && o.channels != 3)
    misuse(fmt::format("pictures with {} channels", o.channels), "--channels",
           "1 for grey or 3 for colours");
  if (o.resize == Resize::ink && (o.channels != 1 || o.height == 0))
    misuse("ink is found in grey pictures, and brought to a size", "--resize ink",
           "--channels 1 --size 28");
  if (!(o.test_share >= 0 && o.test_share <= 1))
    misuse(fmt::format("a share of {}", o.test_share), "--test-share", "from 0 to 1");
  if (o.max_pixels > data::kMostFormPixels)
    misuse(fmt::format("{} pixels allowed in a picture", o.max_pixels), "--max-pixels",
           "at most 2^32");
}

std::string short_digest(const std::string& text) {
  return data::sha256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()})
      .substr(0, 16);
}

// The version of the cached form. 2: pictures are rotated by their Exif orientation. 3: WebP, GIF
// and BMP are read. 4: sizes are chosen; the orientation of PNG and WebP counts. 5: a digest.
constexpr int kDecoder = 5;

struct CacheName {
  std::string which, version;  // the folder and the options; what the folder has now
  std::string file() const { return which + "-" + version; }
};

CacheName cache_name(const fs::path& folder, const data::ImageListing& listing,
                     const ImageOptions& options) {
  const std::string which = fmt::format(
      "{}|{}x{}|{}|{}|{}|{}|{}|{}|{}|{}", folder.string(), options.height, options.width,
      name(options.resize), options.channels, options.skip_broken, options.max_pixels,
      options.test_share, options.seed, options.for_training, name(options.validation));
  std::string content = fmt::format("{}|{}", kDecoder, listing.train);
  for (const data::ListedImage& image : listing.images)
    content += fmt::format("\n{}|{}|{}|{}", image.path, image.label, image.bytes, image.changed);
  return {short_digest(which), short_digest(content)};
}

// Caches of earlier states of the same folder with the same options.
void remove_older(const fs::path& folder, const CacheName& name) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string file = entry.path().filename().string();
    if (file.starts_with(name.which + "-") && file != name.file())
      fs::remove(entry.path(), ignored);
  }
}

// Owns the memory of the data set.
struct Memory {
  explicit Memory(const fs::path& path) : file(path) {}
  base::MappedFile file;
  std::vector<std::int32_t> labels;
};

// Returns nothing where there is no complete cache of these pictures.
std::optional<ImageFolder> open_cache(const fs::path& folder, const data::ImageListing& listing,
                                      const ImageOptions& options, const fs::path& cache_file) {
  std::error_code unreadable;
  if (!fs::is_regular_file(cache_file, unreadable)) return std::nullopt;
  const auto memory = std::make_shared<Memory>(cache_file);
  const auto cache = data::parse_image_cache(memory->file.bytes());
  if (!cache || cache->listed != listing.images.size()) return std::nullopt;
  const auto train_end = std::ranges::lower_bound(cache->from, listing.train);
  if (static_cast<std::size_t>(train_end - cache->from.begin()) != cache->train)
    return std::nullopt;
  ImageFolder result;
  std::vector<bool> kept(cache->listed);
  for (const std::uint32_t from : cache->from) {
    const bool trains = memory->labels.size() < cache->train;
    (trains ? result.train_files : result.test_files).push_back(listing.images[from].path);
    memory->labels.push_back(listing.images[from].label);
    kept[from] = true;
  }
  for (std::size_t i = 0; i < kept.size(); ++i)
    if (!kept[i]) result.skipped.push_back(data::why_broken(folder, listing.images[i], options));
  const data::ImageForm& form = cache->form;
  result.notes = data::notes_of(data::ChosenForm::from(form, cache->reasons));
  const Examples all{.features = {cache->pixels, ElementType::uint8, cache->train + cache->test,
                                  form.bytes(), form.bytes(), 255},
                     .labels = memory->labels.data(),
                     .classes = listing.class_names.size()};
  result.data = {.name = folder.string(),
                 .shape = {form.height, form.width},
                 .class_names = listing.class_names,
                 .train = all.slice(0, cache->train),
                 .test = all.slice(cache->train, cache->test),
                 .memory = memory,
                 .resize = options.resize};
  if (form.channels > 1) result.data.shape.push_back(form.channels);
  return result;
}

// A class may have lost its last picture, because broken ones were skipped or because of the split.
void check_train_part(const Dataset& data) {
  std::vector<bool> has(data.class_names.size());
  for (std::size_t row = 0; row < data.train.features.rows; ++row)
    has[static_cast<std::size_t>(data.train.labels[row])] = true;
  for (std::size_t c = 0; c < has.size(); ++c)
    if (!has[c])
      throw Error(ErrorKind::data,
                  fmt::format("no picture of class {} is left to learn from", data.class_names[c]),
                  data.name, "more pictures of it, or a smaller --test-share");
}

// Classes whose accuracy will not be known.
void note_untested(ImageFolder& folder) {
  const Dataset& data = folder.data;
  if (data.test.features.rows == 0 || data.train.features.rows == 0) return;
  std::vector<bool> has(data.class_names.size());
  for (std::size_t row = 0; row < data.test.features.rows; ++row)
    has[static_cast<std::size_t>(data.test.labels[row])] = true;
  std::vector<std::string> untested;
  for (std::size_t c = 0; c < has.size(); ++c)
    if (!has[c]) untested.push_back(data.class_names[c]);
  if (!untested.empty())
    folder.notes.push_back(
        {true,
         fmt::format("no picture of {:.200} is held out to test on: how well it is recognised is "
                     "not measured",
                     fmt::to_string(fmt::join(untested, ", "))),
         "more pictures of it"});
}

ImageFolder with_notes(ImageFolder folder, const data::ImageListing& listing) {
  folder.train_from = listing.train_from;
  folder.test_from = listing.test_from;
  folder.notes.insert(folder.notes.begin(), listing.notes.begin(), listing.notes.end());
  note_untested(folder);
  if (listing.class_names.size() == 1)
    folder.notes.push_back({true,
                            fmt::format("the folder has one class, '{}', and a training takes two "
                                        "or more",
                                        listing.class_names[0]),
                            {}});
  return folder;
}

ImageFolder load(const fs::path& path, const ImageOptions& options, const fs::path& cache) {
  const data::ImageListing listing = data::list_images(path, options);
  const CacheName name = cache_name(path, listing, options);
  const fs::path folder = cache / "images", file = folder / name.file();
  std::error_code error;
  const bool exists = fs::exists(file, error);
  if (auto found = open_cache(path, listing, options, file)) {
    found->from_cache = true;
    return with_notes(std::move(*found), listing);
  }
  fs::create_directories(folder, error);
  if (error)
    throw Error(ErrorKind::io,
                fmt::format("cannot make '{}': {}", folder.string(), error.message()), {},
                "set LITHE_DATA or --data-dir to a folder that you may write to");
  std::vector<std::string> skipped = data::decode_into_cache(path, listing, options, file);
  remove_older(folder, name);
  auto made = open_cache(path, listing, options, file);
  if (!made)
    throw Error(ErrorKind::io, "the cache of decoded pictures is not what was written",
                file.string(), "is its disk in order?");
  made->skipped = std::move(skipped);
  if (exists)
    made->notes.push_back({true,
                           "the decoded pictures that were kept are not as they were written, and "
                           "were made again",
                           "a check of the disk, if this comes again"});
  return with_notes(std::move(*made), listing);
}

}  // namespace

std::string_view name(ValidationFolder use) {
  switch (use) {
    case ValidationFolder::train:
      return "train";
    case ValidationFolder::test:
      return "test";
    case ValidationFolder::none:
      break;
  }
  return "none";
}

ValidationFolder parse_validation_folder(std::string_view text) {
  for (const ValidationFolder use :
       {ValidationFolder::train, ValidationFolder::test, ValidationFolder::none})
    if (text == name(use)) return use;
  throw Error(ErrorKind::usage, fmt::format("'{:.40}' is no use of a folder", text), "--val-folder",
              "train, test or none");
}

bool is_image_folder(const fs::path& path) {
  std::error_code unreadable;
  if (!fs::is_directory(path, unreadable) || data::is_cifar_folder(path) ||
      data::is_idx_folder(path))
    return false;
  return data::has_picture(path);
}

PictureFiles pictures_in(const fs::path& folder) {
  try {
    data::FoundFiles found = data::find_files(folder, folder);
    PictureFiles result{{}, std::move(found.left_out)};
    for (const data::FoundFile& file : found.files) result.files.push_back(folder / file.path);
    return result;
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::io,
                fmt::format("cannot read '{}': {}", error.path1().string(), error.code().message()),
                {}, "a folder that is there and that you may read");
  }
}

bool has_test_folder(const fs::path& path) {
  try {
    std::vector<PictureNote> notes;
    return !data::find_split(path, notes).held_out().empty();
  } catch (const fs::filesystem_error&) {
    return false;  // loading will say what is wrong with it
  }
}

ImageFolder load_image_folder(const fs::path& path, const ImageOptions& options,
                              const fs::path& cache) {
  check(options);
  data::require_data_folder(cache);
  std::error_code missing;
  const fs::path whole = fs::canonical(path, missing);
  if (missing)
    throw Error(ErrorKind::io,
                fmt::format("cannot read '{}': {}", path.string(), missing.message()), {},
                "a folder that is there and that you may read");
  ImageFolder result = load(whole, options, cache);
  if (options.for_training) check_train_part(result.data);
  return result;
}

}  // namespace lithe

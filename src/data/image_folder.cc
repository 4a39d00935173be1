// Folders of pictures: list, decode into the cache, map.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <memory>

#include "base/file.h"
#include "base/threads.h"
#include "data/digest.h"
#include "data/image_cache.h"
#include "data/image_file.h"
#include "data/image_listing.h"
#include "lithe/error.h"
#include "lithe/images.h"

namespace lithe {

namespace {

namespace fs = std::filesystem;
using data::Image;
using data::ImageForm;
using data::ListedImage;

constexpr std::size_t kLargestFile = std::size_t{1} << 28;
constexpr std::size_t kChunkBytes = std::size_t{1}
                                    << 26;  // of decoded pictures, before they are written
constexpr std::size_t kMostTogether = 256;
constexpr std::size_t kShown = 20;  // broken pictures in an error

// What has become of one picture.
struct Decoded {
  Image image;
  std::string broken;    // why, or empty
  bool differs = false;  // whole, but not of the others' form
  ImageForm form;        // its own
};

std::string words(const ImageForm& form) {
  return fmt::format("{} x {} {}", form.width, form.height,
                     form.channels == 1 ? "in grey" : "in colours");
}

// Decodes some of the pictures, shared among threads. `wanted`: the form that the first had, or
// parts of it that are given; zeros are open.
class Decoding final : public base::TeamWork {
 public:
  Decoding(const fs::path& folder, const ImageOptions& options)
      : folder_(folder), options_(options) {}

  void set(std::span<const ListedImage> images, const ImageForm& wanted,
           std::vector<Decoded>& results) {
    images_ = images, wanted_ = wanted, results_ = &results;
    results.assign(images.size(), {});
    next_ = 0;
  }

  void run(std::size_t) override {
    for (std::size_t i = next_++; i < images_.size(); i = next_++) {
      try {
        decode(images_[i], (*results_)[i]);
      } catch (const Error& error) {
        (*results_)[i].broken = error.problem();
      } catch (const std::exception& error) {
        (*results_)[i].broken = error.what();
      }
    }
  }

 private:
  void decode(const ListedImage& listed, Decoded& result) const {
    const std::string path = (folder_ / listed.path).string();
    const auto file = base::read_file(path, kLargestFile);
    const data::ImageInfo info = data::image_info(file, path, options_.max_pixels);
    const bool resizes = options_.height > 0;
    result.form = {resizes ? wanted_.height : info.height, resizes ? wanted_.width : info.width,
                   options_.channels > 0 ? options_.channels : info.channels};
    result.differs = wanted_.channels > 0 && wanted_.height > 0 && result.form != wanted_;
    if (result.differs) return;
    result.image = data::decode_image(file, path, result.form.channels, options_.max_pixels);
    if (resizes)
      result.image = data::resize(result.image, wanted_.height, wanted_.width, options_.resize);
  }

  const fs::path& folder_;
  const ImageOptions& options_;
  std::span<const ListedImage> images_;
  ImageForm wanted_;
  std::vector<Decoded>* results_ = nullptr;
  std::atomic<std::size_t> next_{0};
};

[[noreturn]] void refuse_other_form(const std::string& path, const ImageForm& form,
                                    const std::string& first_path, const ImageForm& first) {
  const bool colours = form.channels != first.channels;
  throw Error(ErrorKind::data,
              fmt::format("pictures of different forms: {} is {}, {} is {}", first_path,
                          words(first), path, words(form)),
              path,
              colours ? "--channels 1 makes all grey, --channels 3 gives all colours"
                      : "--size 32 brings all to 32 x 32; --resize says how");
}

void refuse_broken(const fs::path& folder, const std::vector<std::string>& broken) {
  std::vector<std::string> shown(broken.begin(), broken.begin() + std::min(kShown, broken.size()));
  if (broken.size() > kShown) shown.push_back(fmt::format("and {} more", broken.size() - kShown));
  throw Error(ErrorKind::data,
              fmt::format("{} picture{} cannot be read:\n  {}", broken.size(),
                          broken.size() == 1 ? "" : "s", fmt::join(shown, "\n  ")),
              folder.string(), "mend or remove them, or leave them out with --skip-broken");
}

// Decodes all pictures into the cache file.
void fill_cache(const fs::path& folder, const data::ImageListing& listing,
                const ImageOptions& options, const fs::path& cache_file) {
  data::ImageCacheWriter writer(cache_file);
  base::Team team(options.threads > 0 ? options.threads : base::usable_processors());
  Decoding decoding(folder, options);
  std::vector<Decoded> results;
  std::vector<std::string> broken;
  ImageForm form{options.height, options.width, options.channels};
  std::string first_path;
  std::size_t train = 0;
  const std::span<const ListedImage> all(listing.images);
  for (std::size_t done = 0; done < all.size();) {
    const bool known = form.bytes() > 0;
    const std::size_t together =
        known ? std::clamp(kChunkBytes / form.bytes(), team.size(), kMostTogether) : 1;
    const auto chunk = all.subspan(done, std::min(together, all.size() - done));
    decoding.set(chunk, form, results);
    team.run(decoding);
    for (std::size_t i = 0; i < chunk.size(); ++i) {
      const Decoded& one = results[i];
      if (!one.broken.empty()) {
        broken.push_back(fmt::format("{}: {}", chunk[i].path, one.broken));
        continue;
      }
      if (one.differs) refuse_other_form(chunk[i].path, one.form, first_path, form);
      if (first_path.empty()) form = one.form, first_path = chunk[i].path;
      writer.append(static_cast<std::uint32_t>(done + i), one.image.pixels);
      train += done + i < listing.train;
    }
    done += chunk.size();
    if (options.progress && !options.progress(done, all.size()))
      throw Error(ErrorKind::io, "decoding the pictures was stopped", folder.string());
  }
  const bool none = broken.size() == all.size();
  if (!broken.empty() && (none || !options.skip_broken)) refuse_broken(folder, broken);
  writer.commit(train, form, all.size());
}

std::string short_digest(const std::string& text) {
  return data::sha256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()})
      .substr(0, 16);
}

struct CacheName {
  std::string which, version;  // the folder and the options; what the folder has now
};

CacheName cache_name(const fs::path& folder, const data::ImageListing& listing,
                     const ImageOptions& options) {
  std::error_code unknown;
  const std::string where = fs::weakly_canonical(folder, unknown).string();
  const std::string which = fmt::format(
      "{}|{}x{}|{}|{}|{}|{}|{}|{}|{}", where, options.height, options.width,
      static_cast<int>(options.resize), options.channels, options.skip_broken, options.max_pixels,
      options.test_share, options.seed, fmt::join(options.class_names, "|"));
  std::string content = fmt::format("{}|{}", listing.train, fmt::join(listing.class_names, "|"));
  for (const ListedImage& image : listing.images)
    content += fmt::format("\n{}|{}|{}|{}", image.path, image.label, image.bytes, image.changed);
  return {short_digest(which), short_digest(content)};
}

// Caches of the same folder and options as it was before.
void remove_older(const fs::path& folder, const CacheName& name) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string file = entry.path().filename().string();
    if (file.starts_with(name.which + "-") && file != name.which + "-" + name.version)
      fs::remove(entry.path(), ignored);
  }
}

// What the data set's views point into.
struct Memory {
  explicit Memory(const fs::path& path) : file(path) {}
  base::MappedFile file;
  std::vector<std::int32_t> labels;
};

std::optional<ImageFolder> open_cache(const fs::path& folder, const data::ImageListing& listing,
                                      const fs::path& cache_file) {
  if (!fs::is_regular_file(cache_file)) return std::nullopt;
  const auto memory = std::make_shared<Memory>(cache_file);
  const auto cache = data::parse_image_cache(memory->file.bytes());
  if (!cache || cache->listed != listing.images.size()) return std::nullopt;
  ImageFolder result;
  std::vector<bool> kept(cache->listed);
  for (const std::uint32_t from : cache->from) {
    memory->labels.push_back(listing.images[from].label);
    kept[from] = true;
  }
  for (std::size_t i = 0; i < kept.size(); ++i)
    if (!kept[i]) result.skipped.push_back(listing.images[i].path);
  Examples all;
  all.features = {cache->pixels,       ElementType::uint8,  cache->train + cache->test,
                  cache->form.bytes(), cache->form.bytes(), 255};
  all.labels = memory->labels.data();
  all.classes = listing.class_names.size();
  result.data.name = folder.string();
  result.data.shape = {cache->form.height, cache->form.width};
  if (cache->form.channels > 1) result.data.shape.push_back(cache->form.channels);
  result.data.class_names = listing.class_names;
  result.data.train = all.slice(0, cache->train);
  result.data.test = all.slice(cache->train, cache->test);
  result.data.memory = memory;
  return result;
}

bool is_picture(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

}  // namespace

bool is_image_folder(const fs::path& path) {
  std::error_code unreadable;
  if (!fs::is_directory(path, unreadable)) return false;
  fs::recursive_directory_iterator at(path, unreadable), end;
  for (; at != end; at.increment(unreadable))
    if (at.depth() > 0 && is_picture(at->path())) return true;
  return false;
}

ImageFolder load_image_folder(const fs::path& path, const ImageOptions& options,
                              const fs::path& cache) {
  const data::ImageListing listing = data::list_images(path, options);
  const CacheName name = cache_name(path, listing, options);
  const fs::path folder = cache / "images";
  const fs::path file = folder / (name.which + "-" + name.version);
  if (auto found = open_cache(path, listing, file)) {
    found->from_cache = true;
    return std::move(*found);
  }
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw Error(ErrorKind::io,
                fmt::format("cannot make '{}': {}", folder.string(), error.message()), {},
                "set LITHE_DATA or --data-dir to a folder that you may write to");
  fill_cache(path, listing, options, file);
  remove_older(folder, name);
  if (auto made = open_cache(path, listing, file)) return std::move(*made);
  throw Error(ErrorKind::io, "the cache of decoded pictures is not what was written", file.string(),
              "is its disk in order?");
}

}  // namespace lithe

#include "data/pictures/image_decoding.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <span>

#include "base/file.h"
#include "base/threads.h"
#include "data/pictures/image_cache.h"
#include "data/pictures/image_file.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTogetherBytes = std::size_t{1}
                                       << 26;  // of pictures, before they are written
constexpr std::size_t kMostTogether = 64;      // progress is reported, and can end it, after each
constexpr std::size_t kShown = 20;             // broken pictures in an error

// The result of decoding one picture.
struct Decoded {
  Image image;
  std::string broken;    // why, or empty
  bool differs = false;  // whole, but not of the others' form
  ImageForm form;        // its own
};

// Decodes some of the pictures, shared among threads.
class Decoding final : public base::TeamWork {
 public:
  Decoding(const fs::path& folder, const ImageOptions& options)
      : folder_(folder), options_(options) {}

  // `wanted` is the form that all pictures must have; its channels are 0 until they are known.
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
        if (!error.remedy().empty()) (*results_)[i].broken += "; " + error.remedy();
      } catch (const std::exception& error) {
        (*results_)[i].broken = error.what();
      }
    }
  }

 private:
  void decode(const ListedImage& listed, Decoded& result) const {
    const std::string path = (folder_ / listed.path).string();
    const auto file = base::read_file(path, kLargestImageFile);
    const ImageInfo info = image_info(file, path, options_.max_pixels);
    const bool resizes = options_.height > 0;
    result.form = {resizes ? options_.height : info.height, resizes ? options_.width : info.width,
                   options_.channels > 0 ? options_.channels : info.channels};
    result.differs = wanted_.bytes() > 0 && result.form != wanted_;
    if (result.differs) return;
    result.image = decode_image(file, path, result.form.channels, options_.max_pixels);
    if (resizes)
      result.image = resize(result.image, options_.height, options_.width, options_.resize);
  }

  const fs::path& folder_;
  const ImageOptions& options_;
  std::span<const ListedImage> images_;
  ImageForm wanted_;
  std::vector<Decoded>* results_ = nullptr;
  std::atomic<std::size_t> next_{0};
};

std::string words(const ImageForm& form) {
  return fmt::format("{} high and {} wide {}", form.height, form.width,
                     form.channels == 1 ? "in grey" : "in colours");
}

// Writes pictures in the order of the list, and records which ones it wrote.
class Filling {
 public:
  Filling(const ImageListing& listing, const ImageOptions& options, const fs::path& cache_file)
      : listing_(listing),
        writer_(cache_file),
        form_{options.height, options.width, options.channels} {}

  // Unknown until the first picture.
  const ImageForm& form() const { return form_; }

  void add(std::size_t number, const Decoded& one) {
    const std::string& path = listing_.images[number].path;
    if (!one.broken.empty()) {
      broken_.push_back(fmt::format("{}: {}", path, one.broken));
      return;
    }
    if (one.differs) refuse_form(path, one.form);
    if (first_.empty()) form_ = one.form, first_ = path;
    writer_.append(static_cast<std::uint32_t>(number), one.image.pixels);
    if (number < listing_.train) ++train_;
  }

  std::vector<std::string> finish(const fs::path& folder, bool skips_broken) {
    if (!broken_.empty() && (first_.empty() || !skips_broken)) refuse_broken(folder);
    writer_.commit(train_, form_, listing_.images.size());
    return std::move(broken_);
  }

 private:
  [[noreturn]] void refuse_form(const std::string& path, const ImageForm& form) const {
    const bool colours = form.channels != form_.channels;
    throw Error(ErrorKind::data,
                fmt::format("pictures of different forms: {} is {}, {} is {}", first_, words(form_),
                            path, words(form)),
                {},
                colours ? "--channels 1 makes all grey, --channels 3 gives all colours"
                        : "--size 32 brings all to 32 x 32; --resize says how");
  }

  [[noreturn]] void refuse_broken(const fs::path& folder) const {
    const auto count = static_cast<std::ptrdiff_t>(std::min(kShown, broken_.size()));
    std::vector<std::string> shown(broken_.begin(), broken_.begin() + count);
    if (broken_.size() > kShown)
      shown.push_back(fmt::format("and {} more", broken_.size() - kShown));
    throw Error(ErrorKind::data,
                fmt::format("{} picture{} cannot be read:\n  {}\n", broken_.size(),
                            broken_.size() == 1 ? "" : "s", fmt::join(shown, "\n  ")),
                folder.string(), "mend or remove them, or leave them out with --skip-broken");
  }

  const ImageListing& listing_;
  ImageCacheWriter writer_;
  ImageForm form_;
  std::string first_;  // that could be read
  std::vector<std::string> broken_;
  std::size_t train_ = 0;
};

// The number of pictures to decode before they are written: one until the form is known.
std::size_t together(const ImageForm& form, std::size_t threads) {
  if (form.bytes() == 0) return 1;
  return std::min(kMostTogether, std::max(kTogetherBytes / form.bytes(), threads));
}

}  // namespace

std::string why_broken(const fs::path& folder, const ListedImage& image,
                       const ImageOptions& options) {
  Decoding decoding(folder, options);
  std::vector<Decoded> result;
  decoding.set({&image, 1}, {}, result);
  decoding.run(0);
  return fmt::format("{}: {}", image.path,
                     result[0].broken.empty() ? "it could not be read before" : result[0].broken);
}

std::vector<std::string> decode_into_cache(const fs::path& folder, const ImageListing& listing,
                                           const ImageOptions& options,
                                           const fs::path& cache_file) {
  Filling filling(listing, options, cache_file);
  base::Team team(options.threads > 0 ? options.threads : base::usable_processors());
  Decoding decoding(folder, options);
  std::vector<Decoded> results;
  const std::span<const ListedImage> all(listing.images);
  for (std::size_t done = 0; done < all.size();) {
    const std::size_t count = std::min(together(filling.form(), team.size()), all.size() - done);
    decoding.set(all.subspan(done, count), filling.form(), results);
    team.run(decoding);
    for (const Decoded& one : results) filling.add(done++, one);
    if (options.progress && !options.progress(done, all.size()))
      throw Error(ErrorKind::io, "reading the pictures was stopped", folder.string());
  }
  return filling.finish(folder, options.skip_broken);
}

}  // namespace lithe::data

#include "data/pictures/choose_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <fstream>

#include "base/file.h"
#include "base/threads.h"
#include "data/pictures/image_file.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

// A network for pictures of 128 x 128 still learns in minutes; photographs have a thousand times as
// many pixels. The default network has 1.1 million weights for 64 x 64 in colours.
constexpr std::size_t kMostKept =
    std::size_t{128} * 128;           // pixels of a picture that keeps its size
constexpr std::size_t kLongest = 64;  // side of a size that is chosen

// With the proportions of the form, and the longer side of that length.
ImageForm reduced(const ImageForm& form, std::size_t longest) {
  const std::size_t side = std::max(form.height, form.width);
  const auto scaled = [&](std::size_t length) {
    return std::max<std::size_t>(1, (length * longest + side / 2) / side);
  };
  return {scaled(form.height), scaled(form.width), form.channels};
}

// A square with the side that half of the pictures reach, within bounds.
std::size_t common_side(std::span<const ImageForm> pictures) {
  std::vector<std::size_t> sides;
  for (const ImageForm& form : pictures) sides.push_back(std::min(form.height, form.width));
  const auto middle = sides.begin() + static_cast<std::ptrdiff_t>(sides.size() / 2);
  std::ranges::nth_element(sides, middle);
  return std::min(*middle, kLongest);
}

std::vector<std::uint8_t> read_start(const std::filesystem::path& path, std::size_t most) {
  std::vector<std::uint8_t> bytes(most);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(most));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

// The forms of some pictures, shared among threads. A form of no pixels: it cannot be read.
class Survey final : public base::TeamWork {
 public:
  Survey(const std::filesystem::path& folder, const ImageListing& listing,
         const ImageOptions& options)
      : folder_(folder), listing_(listing), options_(options), forms_(listing.images.size()) {}

  void set(std::size_t begin, std::size_t end) { next_ = begin, end_ = end; }

  void run(std::size_t) override {
    for (std::size_t i = next_++; i < end_; i = next_++) {
      try {
        forms_[i] = form_of(listing_.images[i]);
      } catch (const std::exception&) {
        // Decoding will say what is wrong with it.
      }
    }
  }

  std::vector<ImageForm> take() {
    std::erase_if(forms_, [](const ImageForm& form) { return form.bytes() == 0; });
    return std::move(forms_);
  }

 private:
  ImageForm form_of(const ListedImage& listed) const {
    constexpr std::size_t kStart = std::size_t{1} << 18;  // bytes, in which most headers end
    const std::filesystem::path path = folder_ / listed.path;
    const auto read = [&](const std::vector<std::uint8_t>& file) {
      const ImageInfo info = image_info(file, path.string(), options_.max_pixels);
      return ImageForm{info.height, info.width, info.channels};
    };
    const auto whole = [&] { return read(base::read_file(path, kLargestImageFile)); };
    if (listed.bytes <= kStart) return whole();
    const std::vector<std::uint8_t> start = read_start(path, kStart);
    // Of other kinds the orientation may stand at the end.
    const bool is_jpeg = start.size() > 2 && start[0] == 0xFF && start[1] == 0xD8;
    if (!is_jpeg) return whole();
    try {
      return read(start);
    } catch (const Error&) {
      return whole();
    }
  }

  const std::filesystem::path& folder_;
  const ImageListing& listing_;
  const ImageOptions& options_;
  std::vector<ImageForm> forms_;
  std::atomic<std::size_t> next_{0};
  std::size_t end_ = 0;
};

}  // namespace

ChosenForm ChosenForm::from(const ImageForm& form, std::uint64_t reasons) {
  return {form, static_cast<Size>(std::min<std::uint64_t>(reasons & 3, 2)), (reasons & 4) != 0};
}

ChosenForm choose_form(std::span<const ImageForm> pictures, const ImageOptions& options) {
  ChosenForm chosen{{options.height, options.width, options.channels}};
  if (pictures.empty()) return chosen;
  const ImageForm& first = pictures.front();
  ImageForm& form = chosen.form;
  if (form.channels == 0) {
    const auto is_first = [&](const ImageForm& one) { return one.channels == first.channels; };
    chosen.mixed = !std::ranges::all_of(pictures, is_first);
    form.channels = chosen.mixed ? 3 : first.channels;
  }
  if (form.height > 0) return chosen;
  const auto is_first = [&](const ImageForm& one) {
    return one.height == first.height && one.width == first.width;
  };
  if (!std::ranges::all_of(pictures, is_first)) {
    chosen.size = ChosenForm::Size::differ;
    form.height = form.width = common_side(pictures);
  } else if (first.height > kMostKept / first.width) {
    chosen.size = ChosenForm::Size::large;
    const ImageForm smaller = reduced(first, kLongest);
    form.height = smaller.height, form.width = smaller.width;
  } else {
    form.height = first.height, form.width = first.width;
  }
  return chosen;
}

std::vector<ImageForm> survey_forms(const std::filesystem::path& folder,
                                    const ImageListing& listing, const ImageOptions& options) {
  constexpr std::size_t kTogether = 1024;  // progress is reported, and can end it, after each
  Survey survey(folder, listing, options);
  base::Team team(options.threads > 0 ? options.threads : base::usable_processors());
  const std::size_t all = listing.images.size();
  for (std::size_t done = 0; done < all; done += kTogether) {
    survey.set(done, std::min(all, done + kTogether));
    team.run(survey);
    if (done + kTogether < all && options.progress && !options.progress(0, all))
      throw Error(ErrorKind::io, "reading the pictures was stopped", folder.string(),
                  "the same command again");
  }
  return survey.take();
}

std::vector<PictureNote> notes_of(const ChosenForm& chosen) {
  std::vector<PictureNote> notes;
  const ImageForm& form = chosen.form;
  if (chosen.size != ChosenForm::Size::own)
    notes.push_back(
        {false,
         fmt::format("the pictures {}: all are brought to {} x {}",
                     chosen.size == ChosenForm::Size::differ ? "have different sizes" : "are large",
                     form.height, form.width),
         "--size 96, or --size 96x128, brings them to another size"});
  if (chosen.mixed)
    notes.push_back({false, "some pictures are grey: all are taken as pictures in colours",
                     "--channels 1 makes all grey"});
  return notes;
}

}  // namespace lithe::data

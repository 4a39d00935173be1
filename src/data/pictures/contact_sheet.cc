#include "lithe/contact_sheet.h"

#include <algorithm>

#include "data/pictures/dot_font.h"
#include "data/pictures/image.h"
#include "data/pictures/image_file.h"
#include "data/pictures/letters.h"
#include "lithe/error.h"

namespace lithe {

namespace {

using data::character_count, data::draw_text, data::kGlyphPitch, data::kGlyphRows,
    data::kMostPixels, data::scale;

constexpr std::size_t kShownSide = 64;  // an image is enlarged to about this side
constexpr std::size_t kLargest = 128;   // and reduced to this one
constexpr std::size_t kGap = 4, kMargin = 12, kApart = 12;
constexpr std::size_t kDot = 2, kMostCharacters = 24;
constexpr std::uint8_t kPaper = 236, kText = 40;

struct Size {
  std::size_t height, width;
};

// What an image is drawn at: a whole number of times as large, or smaller.
Size shown_size(const Image& image) {
  const std::size_t longer = std::max(image.height, image.width);
  const auto shown = [&](std::size_t side) {
    if (longer <= kLargest)
      return side * std::max<std::size_t>(1, (kShownSide + longer / 2) / longer);
    return std::max<std::size_t>(1, side * kLargest / longer);
  };
  return {shown(image.height), shown(image.width)};
}

Image shown(const Image& image, std::size_t channels) {
  const Size size = shown_size(image);
  if (size.height <= image.height)
    return with_channels(scale(image, size.height, size.width), channels);
  const std::size_t factor = size.height / image.height;
  const Image from = with_channels(image, channels);
  Image result{size.height, size.width, {}, channels};
  for (std::size_t y = 0; y < size.height; ++y)
    for (std::size_t x = 0; x < size.width; ++x) {
      const auto* pixel = &from.pixels[(y / factor * from.width + x / factor) * channels];
      result.pixels.insert(result.pixels.end(), pixel, pixel + channels);
    }
  return result;
}

void paste(Image& page, const Image& image, std::size_t top, std::size_t left) {
  for (std::size_t y = 0; y < image.height; ++y)
    std::copy_n(&image.pixels[y * image.width * image.channels], image.width * image.channels,
                &page.pixels[((top + y) * page.width + left) * page.channels]);
}

// Where things stand on a page.
struct Layout {
  std::size_t channels = 1, columns = 0, label_width = 0;
  std::size_t cell_height = 0, cell_width = 0;  // of the largest image

  explicit Layout(const std::vector<SheetRow>& rows) {
    for (const SheetRow& row : rows) {
      const std::size_t characters = std::min(kMostCharacters, character_count(row.label));
      label_width = std::max(label_width, characters * kGlyphPitch * kDot);
      columns = std::max(columns, row.images.size());
      for (const Image& image : row.images) {
        const Size drawn = shown_size(image);
        channels = std::max(channels, image.channels);
        cell_height = std::max(cell_height, drawn.height);
        cell_width = std::max(cell_width, drawn.width);
      }
    }
    cell_height = std::max(cell_height, kGlyphRows * kDot);  // a label has room
  }

  std::size_t top(std::size_t row) const { return kMargin + row * (cell_height + kGap); }
  std::size_t left(std::size_t column, bool first_apart) const {
    const std::size_t labels = label_width > 0 ? label_width + kMargin : 0;
    const std::size_t apart = first_apart && column > 0 ? kApart : 0;
    return kMargin + labels + column * (cell_width + kGap) + apart;
  }
};

}  // namespace

std::optional<Image> image_at(const Dataset& data, const Features& features, std::size_t row) {
  const std::size_t rank = data.shape.size(), channels = rank == 3 ? data.shape[2] : 1;
  if (features.type != ElementType::uint8 || rank < 2 || rank > 3 ||
      (channels != 1 && channels != 3))
    return std::nullopt;
  const std::uint8_t* const from = features.row(row);
  return Image{data.shape[0], data.shape[1], {from, from + features.columns}, channels};
}

std::vector<SheetRow> class_rows(const Dataset& data) {
  const Examples& examples = data.train;
  const std::size_t count = examples.features.rows;
  if (examples.labels == nullptr || count == 0 || !image_at(data, examples.features, 0))
    throw Error(ErrorKind::data, "the examples are not images in classes", data.name,
                "images of bytes with a class each");
  std::vector<SheetRow> rows(examples.classes);
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i].label = i < data.class_names.size() ? data.class_names[i] : std::to_string(i);
  for (std::size_t i = 0; i < count; ++i)
    rows[static_cast<std::size_t>(examples.labels[i])].images.push_back(
        *image_at(data, examples.features, i));
  return rows;
}

std::vector<SheetRow> augmented_rows(const std::vector<SheetRow>& originals,
                                     const Augmentation& augmentation, std::size_t count) {
  const std::vector<std::size_t>& shape = augmentation.output_shape();
  std::vector<SheetRow> rows;
  for (const SheetRow& original : originals)
    for (std::size_t i = 0; i < original.images.size(); ++i) {
      const Image& image = original.images[i];
      SheetRow row{i == 0 ? original.label : "", {image}};
      for (std::size_t step = 0; step < count; ++step)
        row.images.push_back({shape[0], shape[1],
                              augmentation.apply(std::span(image.pixels), step,
                                                 static_cast<std::uint32_t>(rows.size())),
                              image.channels});
      rows.push_back(std::move(row));
    }
  return rows;
}

Image draw_sheet(const std::vector<SheetRow>& rows, bool first_apart) {
  const Layout layout(rows);
  Image page{layout.top(rows.size()) - kGap + kMargin,
             layout.left(layout.columns, first_apart) - kGap + kMargin,
             {},
             layout.channels};
  if (page.width > kMostPixels / page.height)
    throw Error(ErrorKind::usage, "the page would have more than 67 million pixels", {},
                "fewer classes or fewer images of each");
  page.pixels.assign(page.height * page.width * page.channels, kPaper);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const std::size_t top = layout.top(r);
    std::string label = rows[r].label;
    while (character_count(label) > kMostCharacters) label.pop_back();
    draw_text(page, label, top + (layout.cell_height - 7 * kDot) / 2, kMargin, kDot, kText);
    for (std::size_t i = 0; i < rows[r].images.size(); ++i)
      paste(page, shown(rows[r].images[i], layout.channels), top, layout.left(i, first_apart));
  }
  return page;
}

}  // namespace lithe

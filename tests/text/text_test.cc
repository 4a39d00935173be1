// Text as numbers, and as windows: listed by hand at every edge.
#include "lithe/text.h"

#include <gtest/gtest.h>

#include <fstream>

#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lithe {
namespace {

namespace fs = std::filesystem;

class Texts : public testing::Test {
 protected:
  fs::path write(const std::string& text) {
    const fs::path path = folder_.path() / "book.txt";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  static std::string window(const TextData& text, const Examples& part, std::size_t row) {
    const auto* const tokens = reinterpret_cast<const std::int32_t*>(part.features.row(row));
    return text.vocabulary.decode({tokens, part.positions});
  }
  static std::string answer(const TextData& text, const Examples& part, std::size_t row) {
    return text.vocabulary.decode({part.labels + part.answer(row), part.positions});
  }
  test::TemporaryFolder folder_;
};

TEST_F(Texts, WindowsAndTheirAnswersAreOneTokenApart) {
  // 20 characters, of which the last 25% are tested on.
  const fs::path file = write("abcdefghijklmnopqrst");
  const TextData text = load_text(file, {.window = 4, .test_share = 0.25});
  ASSERT_EQ(text.train_tokens, 15U);
  const Examples &train = text.data.train, &test = text.data.test;
  ASSERT_EQ(train.features.rows, 3U);  // the fourth would ask for the 17th character
  EXPECT_EQ(window(text, train, 0), "abcd");
  EXPECT_EQ(answer(text, train, 0), "bcde");
  EXPECT_EQ(window(text, train, 1), "efgh");
  EXPECT_EQ(answer(text, train, 1), "fghi");
  EXPECT_EQ(window(text, train, 2), "ijkl");
  EXPECT_EQ(answer(text, train, 2), "jklm");
  ASSERT_EQ(test.features.rows, 1U);
  EXPECT_EQ(window(text, test, 0), "pqrs");
  EXPECT_EQ(answer(text, test, 0), "qrst");

  const TextData near = load_text(file, {.window = 4, .stride = 1, .test_share = 0.25});
  ASSERT_EQ(near.data.train.features.rows, 11U);
  EXPECT_EQ(window(near, near.data.train, 10), "klmn");
  EXPECT_EQ(answer(near, near.data.train, 10), "lmno");  // the last one to train on is o
  EXPECT_EQ(near.data.train.overlap, 4U);

  const TextData exact = load_text(write("abcdef"), {.window = 5, .test_share = 0});
  ASSERT_EQ(exact.data.train.features.rows, 1U);
  EXPECT_EQ(answer(exact, exact.data.train, 0), "bcdef");
  EXPECT_EQ(exact.data.test.features.rows, 0U);
}

TEST_F(Texts, WindowsAreViewsOfOneArray) {
  const TextData text =
      load_text(write("to be or not to be, that is the question"), {.window = 6, .test_share = 0});
  const Features& features = text.data.train.features;
  EXPECT_EQ(features.type, ElementType::int32);
  EXPECT_EQ(features.row_stride, 6 * sizeof(std::int32_t));
  EXPECT_EQ(static_cast<const void*>(text.data.train.labels),
            features.row(0) + sizeof(std::int32_t));
}

TEST_F(Texts, CharactersAreThoseOfUnicode) {
  const std::string german = "süß: naïve — 漢字";
  const Vocabulary vocabulary = Vocabulary::of(german, TextUnit::chars, "t");
  const std::vector<std::int32_t> numbers = vocabulary.encode(german, "t");
  EXPECT_EQ(numbers.size(), 15U);
  EXPECT_EQ(vocabulary.decode(numbers), german);
  EXPECT_EQ(vocabulary.token(0), " ");  // in the order of code points
  const Vocabulary again = Vocabulary::from_json(vocabulary.to_json());
  EXPECT_EQ(again.encode(german, "t"), numbers);
  test::expect_error(ErrorKind::data, {"'x'", "line 2, byte 3", "--text bytes"},
                     [] { Vocabulary::of("s\n", TextUnit::chars, "t").encode("s\nssx", "t"); });
}

TEST_F(Texts, BytesAreAnything) {
  const std::string bytes("\xff\0 a\xc3", 5);
  const Vocabulary vocabulary = Vocabulary::of(bytes, TextUnit::bytes, "t");
  EXPECT_EQ(vocabulary.size(), 256U);
  EXPECT_EQ(vocabulary.encode(bytes, "t"), (std::vector<std::int32_t>{255, 0, 32, 97, 195}));
  EXPECT_EQ(vocabulary.decode(vocabulary.encode(bytes, "t")), bytes);
  EXPECT_EQ(Vocabulary::from_json(vocabulary.to_json()).size(), 256U);
  const TextData text =
      load_text(write(bytes + bytes), {.unit = TextUnit::bytes, .window = 4, .test_share = 0});
  EXPECT_EQ(text.tokens, 10U);
}

TEST_F(Texts, WordsAreTheMostFrequentOnes) {
  const std::string text = "the whale, the sea: the whale's way -- the whale";
  const Vocabulary vocabulary = Vocabulary::of(text, TextUnit::words, "t", 3);
  ASSERT_EQ(vocabulary.size(), 4U);
  EXPECT_EQ(vocabulary.unknown(), 0U);
  EXPECT_EQ(vocabulary.token(1), "the");
  EXPECT_EQ(vocabulary.token(2), "-");
  EXPECT_EQ(vocabulary.token(3), "whale");
  EXPECT_EQ(vocabulary.encode("the white whale", "t"), (std::vector<std::int32_t>{1, 0, 3}));
  const Vocabulary all = Vocabulary::of(text, TextUnit::words, "t");
  EXPECT_EQ(all.decode(all.encode("the sea,  the\nwhale's way", "t")), "the sea, the whale's way");
}

TEST_F(Texts, WordsThatOnlyTheTestPartHasAreUnknown) {
  const TextData text = load_text(write("a b a b a b a b a b a b c d"),
                                  {.unit = TextUnit::words, .window = 2, .test_share = 0.25});
  EXPECT_EQ(text.vocabulary.size(), 3U);
  EXPECT_EQ(text.unknown, 2U);
}

TEST_F(Texts, MistakesAreNamed) {
  const auto refuse = [&](const std::string& text, TextOptions options,
                          const std::vector<std::string>& words) {
    SCOPED_TRACE(text);
    const fs::path file = write(text);
    test::expect_error(ErrorKind::data, words, [&] { load_text(file, options); });
  };
  refuse("", {}, {"the file is empty", "book.txt"});
  refuse("short", {}, {"a window of 64 characters", "65", "--window"});
  refuse("aaaaaaaaaaaaaaaaaaaa", {.window = 4}, {"all of them are 'a'", "nothing to learn"});
  refuse("good text\nbad \xff text", {.window = 4},
         {"byte 15 (0xFF)", "line 2, byte 5", "--text bytes"});
  refuse(std::string("with a \0 in it", 14), {.window = 4}, {"byte 8 (0x00)"});
  refuse("   \n ", {.unit = TextUnit::words, .window = 1}, {"nothing to learn"});
  refuse("abcdefghijklmnopqrst", {.window = 4, .test_share = 0.2},
         {"to test on", "a smaller --window"});
  test::expect_error(ErrorKind::io, {"nowhere.txt"},
                     [&] { load_text(folder_.path() / "nowhere.txt", {}); });
  test::expect_error(ErrorKind::usage, {"'letters'", "chars, bytes or words"},
                     [&] { parse_text_unit("letters"); });
}

TEST_F(Texts, MarksOfByteOrderAndPackedFilesAreRead) {
  EXPECT_EQ(load_text(write("\xEF\xBB\xBF"
                            "abcdefgh"),
                      {.window = 3, .test_share = 0})
                .tokens,
            8U);
  const std::string utf16(
      "\xFF\xFE"
      "a\0b\0c\0d\0",
      10);
  EXPECT_EQ(load_text(write(utf16), {.window = 3, .test_share = 0}).tokens, 4U);
}

TEST(TextOptions, ComeBackFromTheirText) {
  const TextOptions options{.unit = TextUnit::words, .window = 12, .stride = 3, .test_share = 0.3};
  const TextOptions again = TextOptions::parse(options.to_string());
  EXPECT_EQ(again.unit, TextUnit::words);
  EXPECT_EQ(again.window, 12U);
  EXPECT_EQ(again.stride, 3U);
  EXPECT_EQ(again.test_share, 0.3);
  for (const char* text : {"", "chars", "chars 0 1 0.1", "letters 5 1 0.1", "chars 5 1 2",
                           "chars 5 1 0.1 ", "chars -5 1 0.1", "chars 5 1"})
    test::expect_error(ErrorKind::model, {"does not say"}, [&] { TextOptions::parse(text); });
}

TEST(Vocabularies, DamagedOnesAreRefused) {
  for (const char* text :
       {"", "[]", "{}", "{\"unit\":\"chars\"}", "{\"unit\":\"letters\",\"tokens\":[]}",
        "{\"unit\":\"chars\",\"tokens\":[]}", "{\"unit\":\"chars\",\"tokens\":[1]}",
        "{\"unit\":\"chars\",\"tokens\":[\"a\",\"a\"]}"})
    test::expect_error(ErrorKind::model, {"damaged"}, [&] { Vocabulary::from_json(text); });
}

TEST(Texts_, AreDescribed) {
  const test::TemporaryFolder folder;
  const fs::path file = folder.path() / "t.txt";
  std::ofstream(file) << "one\ntwo three four";
  const TextData text = load_text(file, {.window = 5, .test_share = 0});
  const auto lines = describe_first_window(text);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[1], "  one\\nt");
  EXPECT_EQ(lines[2], "  ne\\ntw");
}

}  // namespace
}  // namespace lithe

"""Names of emoji between colons, as GitHub, Jekyll and Hugo have them, in rendered HTML: ``:tada:``."""

from __future__ import annotations

import re

# Those that people write; any other stays as it is, for colons have other uses.
_TABLE = """
+1 👍 -1 👎 100 💯 airplane ✈️ alarm_clock ⏰ alien 👽 ambulance 🚑 anger 💢 angry 😠 apple 🍎
arrow_down ⬇️ arrow_left ⬅️ arrow_right ➡️ arrow_up ⬆️ art 🎨 astonished 😲 balloon 🎈
bangbang ‼️ bar_chart 📊 beer 🍺 beers 🍻 bell 🔔 bike 🚲 bird 🐦 birthday 🎂 blue_heart 💙
blush 😊 bomb 💣 book 📖 bookmark 🔖 books 📚 boom 💥 bouquet 💐 bow 🙇 bread 🍞 broken_heart 💔
bug 🐛 bulb 💡 bus 🚌 cactus 🌵 cake 🍰 calendar 📆 camera 📷 car 🚗 cat 🐱
chart_with_upwards_trend 📈 checkered_flag 🏁 cherry_blossom 🌸 christmas_tree 🎄 clap 👏
clapper 🎬 clipboard 📋 cloud ☁️ cocktail 🍸 coffee ☕ computer 💻 confetti_ball 🎊 confused 😕
construction 🚧 cookie 🍪 cool 🆒 cow 🐮 credit_card 💳 crown 👑 cry 😢 crystal_ball 🔮 cupid 💘
dancer 💃 dart 🎯 dizzy 💫 dog 🐶 dolphin 🐬 door 🚪 dragon 🐉 earth_africa 🌍 earth_americas 🌎
earth_asia 🌏 egg 🥚 elephant 🐘 envelope ✉️ exclamation ❗ expressionless 😑 eyes 👀
facepunch 👊 fearful 😨 fire 🔥 fireworks 🎆 fish 🐟 fist ✊ flags 🎏 flushed 😳
four_leaf_clover 🍀 frog 🐸 gear ⚙️ gem 💎 ghost 👻 gift 🎁 globe_with_meridians 🌐
green_heart 💚 grin 😁 grinning 😀 guitar 🎸 hammer 🔨 hand ✋ handshake 🤝 hatching_chick 🐣
headphones 🎧 heart ❤️ heart_eyes 😍 heartbeat 💓 heavy_check_mark ✔️ heavy_plus_sign ➕ herb 🌿
hibiscus 🌺 hourglass ⌛ house 🏠 hugs 🤗 information_source ℹ️ innocent 😇 iphone 📱 joy 😂
kissing_heart 😘 laughing 😆 leaves 🍃 lipstick 💄 lock 🔒 loudspeaker 📢 mag 🔍 mailbox 📫
mask 😷 mega 📣 memo 📝 microphone 🎤 microscope 🔬 money_with_wings 💸 moneybag 💰 monkey 🐒
moon 🌔 mortar_board 🎓 mountain ⛰️ movie_camera 🎥 muscle 💪 musical_note 🎵 mute 🔇
neutral_face 😐 newspaper 📰 no_entry ⛔ no_entry_sign 🚫 nose 👃 ocean 🌊 octopus 🐙 ok 🆗
ok_hand 👌 open_hands 👐 open_mouth 😮 orange_heart 🧡 package 📦 page_facing_up 📄 palm_tree 🌴
panda_face 🐼 paperclip 📎 partying_face 🥳 pencil 📝 pencil2 ✏️ penguin 🐧 pensive 😔 pill 💊
pizza 🍕 point_down 👇 point_left 👈 point_right 👉 point_up ☝️ poop 💩 pray 🙏 purple_heart 💜
pushpin 📌 question ❓ rabbit 🐰 radio 📻 rage 😡 rainbow 🌈 raised_hands 🙌 recycle ♻️
red_circle 🔴 relaxed ☺️ relieved 😌 ribbon 🎀 robot 🤖 rocket 🚀 rofl 🤣 rose 🌹
rotating_light 🚨 runner 🏃 sailboat ⛵ satellite 📡 school 🏫 scream 😱 scroll 📜
see_no_evil 🙈 seedling 🌱 shield 🛡️ ship 🚢 shipit 🚢 shrug 🤷 skull 💀 sleeping 😴
slightly_smiling_face 🙂 smile 😄 smiley 😃 smirk 😏 snail 🐌 snake 🐍 snowflake ❄️ snowman ⛄
sob 😭 sos 🆘 sparkle ❇️ sparkler 🎇 sparkles ✨ sparkling_heart 💖 speech_balloon 💬 star ⭐
star2 🌟 stop_sign 🛑 stuck_out_tongue 😛 stuck_out_tongue_winking_eye 😜 sun_with_face 🌞
sunflower 🌻 sunglasses 😎 sunny ☀️ sunrise 🌅 sweat 😓 sweat_drops 💦 sweat_smile 😅 tada 🎉
tangerine 🍊 tea 🍵 tent ⛺ thinking 🤔 thought_balloon 💭 thumbsdown 👎 thumbsup 👍 ticket 🎫
tiger 🐯 tongue 👅 tractor 🚜 traffic_light 🚥 train 🚋 tree 🌳 trophy 🏆 truck 🚚 tulip 🌷
turtle 🐢 tv 📺 two_hearts 💕 umbrella ☔ unamused 😒 unicorn 🦄 unlock 🔓 upside_down_face 🙃
vertical_traffic_light 🚦 warning ⚠️ watch ⌚ watermelon 🍉 wave 👋 weary 😩 whale 🐳
white_check_mark ✅ wind_face 🌬️ wink 😉 wolf 🐺 worried 😟 wrench 🔧 writing_hand ✍️ x ❌
yellow_heart 💛 yum 😋 zap ⚡ zzz 💤
"""
_WORDS = _TABLE.split()
EMOJI = dict(zip(_WORDS[::2], _WORDS[1::2], strict=True))

_NAMED = re.compile(r"(?<![\w:]):([a-z0-9+-][a-z0-9_]{0,30}):(?![\w:])", re.ASCII)
_MAYBE = re.compile(r":([a-z0-9+-][a-z0-9_]{0,30}):", re.ASCII)  # found quickly: a text has few colons
_CODE = frozenset({"pre", "code", "kbd", "samp", "script", "style", "textarea"})
_ELEMENT = re.compile(r"(/?)([a-zA-Z]+)")


def finish(html: str) -> str:
    """Return rendered `html` with the names of emoji outside of its code and tags as what they name."""
    if not any(match[1] in EMOJI for match in _MAYBE.finditer(html)):
        return html
    text, *rest = html.split("<")
    whole, depth = [_NAMED.sub(_picture, text)], 0
    for part in rest:
        tag, closing, text = part.partition(">")
        element = _ELEMENT.match(tag)
        if element and element[2].lower() in _CODE:
            depth = max(0, depth - 1) if element[1] else depth + 1
        whole.append(f"{tag}{closing}{text if depth else _NAMED.sub(_picture, text)}")
    return "<".join(whole)


def _picture(match: re.Match[str]) -> str:
    return EMOJI.get(match[1], match[0])

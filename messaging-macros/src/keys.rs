//! The `key = value` list of an attribute, read by a table with one slot per key.

mod foreign;
mod nearest;

pub(crate) use nearest::did_you_mean;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Token};

use crate::mistakes::Mistakes;
use crate::value::{self, Value};

/// One accepted key. A new one is a new row of the macro's table, and nothing else here.
pub(crate) struct Slot {
    name: &'static str,
    read: fn(&str, ParseStream<'_>) -> syn::Result<Value>,
    role: Role,
}

#[derive(PartialEq)]
enum Role {
    /// The macro looks it up by its name.
    Own,
    /// It is a call of the builder method of the same name.
    Call,
    /// It is a key of a sibling macro; this says why not of this one, and what to write.
    Refused(&'static str),
}

impl Slot {
    /// A key that the macro itself makes something of.
    pub(crate) const fn own(
        name: &'static str,
        read: fn(&str, ParseStream<'_>) -> syn::Result<Value>,
    ) -> Slot {
        Slot {
            name,
            read,
            role: Role::Own,
        }
    }

    /// A key of a sibling macro that makes no sense here; `why` says what to write instead.
    pub(crate) const fn refused(name: &'static str, why: &'static str) -> Slot {
        Slot {
            name,
            read: value::function,
            role: Role::Refused(why),
        }
    }

    /// A key that becomes one call of the builder method of the same name.
    pub(crate) const fn call(
        name: &'static str,
        read: fn(&str, ParseStream<'_>) -> syn::Result<Value>,
    ) -> Slot {
        Slot {
            name,
            read,
            role: Role::Call,
        }
    }
}

/// A key with its value, as the user wrote it.
pub(crate) struct Given {
    slot: &'static Slot,
    pub(crate) key: Ident,
    /// `None`: it has a mistake that is already noted.
    value: Option<Value>,
}

/// The same list where the value of the key `first` may stand at its begin without the key.
pub(crate) fn with_first(first: &'static str, table: &[Slot], tokens: TokenStream) -> TokenStream {
    let mut begin = tokens.clone().into_iter();
    let named = match (begin.next(), begin.next()) {
        (None, _) => true,
        (Some(TokenTree::Ident(key)), next) => {
            let equals = matches!(next, Some(TokenTree::Punct(punct)) if punct.as_char() == '=');
            equals || table.iter().any(|slot| key == slot.name)
        }
        _ => false,
    };
    if named {
        return tokens;
    }
    let key = Ident::new(
        first,
        tokens
            .clone()
            .into_iter()
            .next()
            .map_or_else(Span::call_site, |token| token.span()),
    );
    quote_spanned!(key.span()=> #key = #tokens)
}

/// The keys that one attribute was given.
pub(crate) struct Keys(Vec<Given>);

impl Keys {
    /// Reads `tokens` by `table`, noting every mistake.
    pub(crate) fn parse(table: &'static [Slot], tokens: TokenStream, mistakes: &mut Mistakes) -> Keys {
        let mut keys = Keys(Vec::new());
        let list = |input: ParseStream<'_>| keys.parse_list(table, input, mistakes);
        if let Err(error) = list.parse2(tokens) {
            mistakes.add(error);
        }
        keys
    }

    /// An error ends the list: what follows a broken value cannot be told apart from it.
    fn parse_list(
        &mut self,
        table: &'static [Slot],
        input: ParseStream<'_>,
        mistakes: &mut Mistakes,
    ) -> syn::Result<()> {
        while !input.is_empty() {
            self.parse_pair(table, input, mistakes)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    fn parse_pair(
        &mut self,
        table: &'static [Slot],
        input: ParseStream<'_>,
        mistakes: &mut Mistakes,
    ) -> syn::Result<()> {
        if input.peek(LitStr) && table[0].name != "crate" {
            return self.without_key(table, input, mistakes);
        }
        let key =
            Ident::parse_any(input).map_err(|e| syn::Error::new(e.span(), "write keys as `key = value`"))?;
        let Some(slot) = table.iter().find(|slot| key == slot.name) else {
            mistakes.at(&key, unknown(&key, table));
            return skip_value(input);
        };
        if let Role::Refused(why) = slot.role {
            mistakes.at(&key, format!("`{key}` does not fit here: {why}"));
            return skip_value(input);
        }
        if !input.peek(Token![=]) {
            return Err(syn::Error::new(
                key.span(),
                format!("`{key}` has no value: write `{key} = …`"),
            ));
        }
        input.parse::<Token![=]>()?;
        let read = (slot.read)(slot.name, input);
        let at_end = input.is_empty() || input.peek(Token![,]);
        let value = match read {
            Err(broken) if !at_end => return Err(broken),
            read => mistakes.keep(read),
        };
        if self.given(slot.name).is_some() {
            mistakes.at(&key, format!("`{key}` is given twice: remove one"));
        }
        self.0.push(Given { slot, key, value });
        Ok(())
    }

    /// A text alone was meant for the first key of the table; it counts as given, so that nobody has to add it.
    fn without_key(
        &mut self,
        table: &'static [Slot],
        input: ParseStream<'_>,
        mistakes: &mut Mistakes,
    ) -> syn::Result<()> {
        let text: LitStr = input.parse()?;
        let slot = &table[0];
        let key = Ident::new(slot.name, text.span());
        mistakes.at(
            &text,
            format!("write keys as `key = value`: `{key} = \"{}\"`", text.value()),
        );
        self.0.push(Given {
            slot,
            key,
            value: None,
        });
        Ok(())
    }

    /// The key of this name, when it was given.
    pub(crate) fn given(&self, name: &str) -> Option<&Given> {
        self.0.iter().find(|given| given.slot.name == name)
    }

    /// The value of this key, when it was given without a mistake.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.given(name)?.value.as_ref()
    }

    /// The tokens of this key's value, when it was given without a mistake.
    pub(crate) fn tokens(&self, name: &str) -> Option<TokenStream> {
        self.value(name).map(|value| value.tokens(&self.private()))
    }

    /// The path to all that generated code may name.
    pub(crate) fn private(&self) -> TokenStream {
        self.private_at(Span::mixed_site())
    }

    /// The same path for what is shown to stand at the user's token `span` when it does not compile.
    pub(crate) fn private_at(&self, span: Span) -> TokenStream {
        match self.value("crate") {
            Some(Value::Plain(path)) => quote_spanned!(span=> #path::__private),
            _ => quote_spanned!(span=> ::messaging::__private),
        }
    }

    /// One builder call per given key that is one, in the order written.
    pub(crate) fn calls(&self) -> Vec<TokenStream> {
        let private = self.private();
        let calls = self.0.iter().filter(|given| given.slot.role == Role::Call);
        calls.filter_map(|given| given.call(&private)).collect()
    }
}

impl Given {
    fn call(&self, private: &TokenStream) -> Option<TokenStream> {
        let method = Ident::new(self.slot.name, self.key.span());
        let value = self.value.as_ref()?.tokens(private);
        Some(quote_spanned!(Span::mixed_site()=> .#method(#value)))
    }
}

impl ToTokens for Given {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.key.to_tokens(tokens);
    }
}

fn unknown(key: &Ident, table: &[Slot]) -> String {
    let accepted = table.iter().filter(|slot| !matches!(slot.role, Role::Refused(_)));
    let accepted: Vec<&str> = accepted.map(|slot| slot.name).collect();
    if let Some(advice) = foreign::advice(&key.to_string(), &accepted) {
        return format!("unknown key `{key}`: {advice}");
    }
    let hint = did_you_mean(&key.to_string(), &accepted);
    format!("unknown key `{key}`{hint}: use one of {}", accepted.join(", "))
}

fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        input.parse::<syn::Expr>()?;
    }
    Ok(())
}

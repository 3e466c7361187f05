//! Who is asking.

use std::{collections::HashMap, sync::Arc};

use crate::role::{Permission, Role};

/// The caller of an action, with all facts that his rights rest on. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Actor(Option<Arc<User>>);

/// A user who proved who he is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct User {
    pub id: String,
    pub name: String,
    pub sysadmin: bool,
    /// Organization or group id → role.
    pub roles: HashMap<String, Role>,
    /// Dataset's id → what he may do with it beside that; empty where the portal has no collaborators.
    pub collaborations: HashMap<String, Role>,
    /// The actions that what he came with is good for; none: all. See [`Actor::is_within`].
    pub scopes: Vec<String>,
}

impl Actor {
    /// Nobody in particular.
    #[must_use]
    pub fn anonymous() -> Self {
        Self(None)
    }

    /// A user. A deleted or pending one must be given as anonymous.
    #[must_use]
    pub fn user(user: User) -> Self {
        Self(Some(Arc::new(user)))
    }

    /// The program itself, acting for the whole site (harvests, the command line). Passes every check.
    #[must_use]
    pub fn site(id: &str, name: &str) -> Self {
        Self::user(User { id: id.to_owned(), name: name.to_owned(), sysadmin: true, ..User::default() })
    }

    /// The user, if the caller is one.
    #[must_use]
    pub fn as_user(&self) -> Option<&User> {
        self.0.as_deref()
    }

    /// The user's id.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.as_user().map(|user| user.id.as_str())
    }

    /// The user's name; empty for anonymous, as CKAN's messages have it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.as_user().map_or("", |user| user.name.as_str())
    }

    /// True for a caller without proof.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.0.is_none()
    }

    /// True when every check is passed.
    #[must_use]
    pub fn is_sysadmin(&self) -> bool {
        self.as_user().is_some_and(|user| user.sysadmin)
    }

    /// The same, with something that is good for these actions only; see [`Actor::is_within`].
    #[must_use]
    pub fn within(self, scopes: Vec<String>) -> Self {
        match self.as_user() {
            Some(user) if user.scopes != scopes => Self::user(User { scopes, ..user.clone() }),
            _ => self,
        }
    }

    /// What he came with is good for these actions; none: for all.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        self.as_user().map(|user| user.scopes.as_slice()).unwrap_or_default()
    }

    /// True when what he came with is good for calling this action: it has no scopes, or one of them is the action's name,
    /// a beginning of it with a `*` behind, or `read` for an action that changes nothing.
    #[must_use]
    pub fn is_within(&self, action: &str, reads: bool) -> bool {
        let fits = |scope: &String| {
            scope == action
                || (reads && scope == "read")
                || scope.strip_suffix('*').is_some_and(|beginning| action.starts_with(beginning))
        };
        self.scopes().is_empty() || self.scopes().iter().any(fits)
    }

    /// His role in an organization or group; a sysadmin's is `None` unless he is a member too.
    #[must_use]
    pub fn role_in(&self, group_id: &str) -> Option<Role> {
        self.as_user()?.roles.get(group_id).copied()
    }

    /// His role as a collaborator of one dataset.
    #[must_use]
    pub fn collaborates(&self, package_id: &str) -> Option<Role> {
        self.as_user()?.collaborations.get(package_id).copied()
    }

    /// True when he may do it there: as a sysadmin, or by his role.
    #[must_use]
    pub fn may(&self, permission: Permission, group_id: &str) -> bool {
        self.is_sysadmin() || self.role_in(group_id).is_some_and(|role| role.permits(permission))
    }

    /// True when he may do it in any organization or group at all.
    #[must_use]
    pub fn may_somewhere(&self, permission: Permission) -> bool {
        self.is_sysadmin() || self.as_user().is_some_and(|user| user.roles.values().any(|role| role.permits(permission)))
    }

    /// The permission labels that he holds; `None` for a sysadmin, who sees everything (ckan-api 5.3).
    #[must_use]
    pub fn labels(&self) -> Option<Vec<String>> {
        if self.is_sysadmin() {
            return None;
        }
        let mut labels = vec!["public".to_owned()];
        if let Some(user) = self.as_user() {
            labels.push(format!("creator-{}", user.id));
            labels.extend(
                user.roles.iter().filter(|(_, role)| role.permits(Permission::Read)).map(|(id, _)| format!("member-{id}")),
            );
            labels.extend(user.collaborations.keys().map(|id| format!("collaborator-{id}")));
            labels.sort_unstable();
        }
        Some(labels)
    }

    /// True when one of the labels is his.
    #[must_use]
    pub fn meets(&self, labels: &[String]) -> bool {
        if self.is_sysadmin() || labels.iter().any(|label| label == "public") {
            return true;
        }
        let Some(user) = self.as_user() else { return false };
        labels.iter().any(|label| {
            label.strip_prefix("creator-").is_some_and(|id| id == user.id)
                || label.strip_prefix("collaborator-").is_some_and(|id| user.collaborations.contains_key(id))
                || label
                    .strip_prefix("member-")
                    .and_then(|id| user.roles.get(id))
                    .is_some_and(|role| role.permits(Permission::Read))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_say_what_a_token_is_good_for() {
        let with =
            |scopes: &[&str]| Actor::user(User { scopes: scopes.iter().map(|&scope| scope.into()).collect(), ..User::default() });
        assert!(with(&[]).is_within("package_create", false) && Actor::anonymous().is_within("package_create", false));
        let some = with(&["read", "resource_*", "package_patch"]);
        for (action, reads, within) in [
            ("package_show", true, true),
            ("package_patch", false, true),
            ("package_patch_all", false, false),
            ("resource_create", false, true),
            ("package_create", false, false),
        ] {
            assert_eq!(some.is_within(action, reads), within, "{action}");
        }
    }

    #[test]
    fn labels_meet_only_where_they_should() {
        let roles = HashMap::from([("org".to_owned(), Role::Member)]);
        let collaborations = HashMap::from([("ds".to_owned(), Role::Editor)]);
        let user = User { id: "u".to_owned(), name: "u".to_owned(), sysadmin: false, roles, collaborations, scopes: Vec::new() };
        let member = Actor::user(user);
        let private = ["member-org".to_owned()];
        assert!(member.meets(&private));
        assert!(!Actor::anonymous().meets(&private));
        assert!(Actor::site("s", "s").meets(&private));
        assert!(Actor::anonymous().meets(&["public".to_owned()]));
        assert!(!member.meets(&["creator-other".to_owned()]));
        assert!(member.meets(&["collaborator-ds".to_owned()]));
        assert!(!member.meets(&["collaborator-org".to_owned(), "member-ds".to_owned()]));
        assert_eq!(member.labels().unwrap(), ["collaborator-ds", "creator-u", "member-org", "public"]);
    }
}
